// openid-client with all that its FAPI examples do: private_key_jwt, signed and pushed requests, a signed answer, DPoP.
import * as client from 'openid-client'
import { open, redirectUri, settings, signedOutUri } from './shop.mjs'

const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const key = { key: pair.privateKey, kid: 'of-the-shop' }
const publicKey = { ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), kid: key.kid, alg: 'ES256', use: 'sig' }

const config = await client.discovery(
  settings.issuer,
  settings.clientId,
  { id_token_signed_response_alg: 'ES256', authorization_signed_response_alg: 'ES256' },
  client.PrivateKeyJwt(key),
  { execute: [client.allowInsecureRequests] }, // http on loopback
)
client.enableNonRepudiationChecks(config) // checks the signature of the ID token too
client.useJwtResponseMode(config)
const bound = { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) }

open({
  keys: { keys: [publicKey] },
  async start(memory) {
    memory.pkceCodeVerifier = client.randomPKCECodeVerifier()
    memory.expectedState = client.randomState()
    memory.expectedNonce = client.randomNonce()
    const signed = await client.buildAuthorizationUrlWithJAR(
      config,
      {
        redirect_uri: redirectUri,
        scope: 'openid profile email offline_access',
        code_challenge: await client.calculatePKCECodeChallenge(memory.pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: memory.expectedState,
        nonce: memory.expectedNonce,
      },
      key,
    )
    return client.buildAuthorizationUrlWithPAR(config, signed.searchParams, bound)
  },
  async finish(request, memory) {
    const checks = { ...memory, idTokenExpected: true }
    const tokens = await client.authorizationCodeGrant(config, request.url, checks, undefined, bound)
    if (tokens.token_type !== 'dpop') throw new Error(`the token is a ${tokens.token_type} token`)
    return { ...tokens, id_claims: tokens.claims() }
  },
  claims: (tokens) => tokens.id_claims,
  userinfo: (tokens) => client.fetchUserInfo(config, tokens.access_token, tokens.id_claims.sub, bound),
  async refresh(tokens) {
    const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, bound)
    return { ...fresh, id_claims: fresh.claims() ?? tokens.id_claims }
  },
  signOut: (tokens) =>
    client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: signedOutUri,
      id_token_hint: tokens.id_token,
      state: 'bye',
    }),
})
