// openid-client as its README shows it: client_secret_post (its default), ES256, max_age, nonce, PKCE and state.
import * as client from 'openid-client'
import { open, redirectUri, settings, signedOutUri } from './shop.mjs'

const config = await client.discovery(
  settings.issuer,
  settings.clientId,
  { client_secret: settings.clientSecret, id_token_signed_response_alg: 'ES256' },
  undefined,
  { execute: [client.allowInsecureRequests] }, // http on loopback
)
client.enableNonRepudiationChecks(config) // checks the signature of the ID token too

open({
  async start(memory) {
    memory.pkceCodeVerifier = client.randomPKCECodeVerifier()
    memory.expectedState = client.randomState()
    memory.expectedNonce = client.randomNonce()
    memory.maxAge = 3600
    return client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(memory.pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: memory.expectedState,
      nonce: memory.expectedNonce,
      max_age: String(memory.maxAge),
    })
  },
  async finish(request, memory) {
    const tokens = await client.authorizationCodeGrant(config, request.url, { ...memory, idTokenExpected: true })
    return { ...tokens, id_claims: tokens.claims() }
  },
  claims: (tokens) => tokens.id_claims,
  userinfo: (tokens) => client.fetchUserInfo(config, tokens.access_token, tokens.id_claims.sub),
  async refresh(tokens) {
    const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
    return { ...fresh, id_claims: fresh.claims() ?? tokens.id_claims }
  },
  signOut: (tokens) =>
    client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: signedOutUri,
      id_token_hint: tokens.id_token,
      state: 'bye',
    }),
})
