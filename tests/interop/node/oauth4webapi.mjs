// oauth4webapi, step by step as its examples do it: client_secret_jwt, EdDSA, and the answer by form_post.
import * as oauth from 'oauth4webapi'
import { open, redirectUri, settings, signedOutUri } from './shop.mjs'

const plainHttp = { [oauth.allowInsecureRequests]: true } // http on loopback
const server = await oauth
  .discoveryRequest(settings.issuer, plainHttp)
  .then((response) => oauth.processDiscoveryResponse(settings.issuer, response))
const client = { client_id: settings.clientId, id_token_signed_response_alg: 'EdDSA' }
const authentication = oauth.ClientSecretJwt(settings.clientSecret)

open({
  async start(memory) {
    memory.verifier = oauth.generateRandomCodeVerifier()
    memory.state = oauth.generateRandomState()
    memory.nonce = oauth.generateRandomNonce()
    const url = new URL(server.authorization_endpoint)
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      response_mode: 'form_post',
      scope: 'openid profile email offline_access',
      code_challenge: await oauth.calculatePKCECodeChallenge(memory.verifier),
      code_challenge_method: 'S256',
      state: memory.state,
      nonce: memory.nonce,
    })
    return url
  },
  async finish(request, memory) {
    if (request.method !== 'POST') throw new Error(`form_post came as ${request.method}`)
    const answer = oauth.validateAuthResponse(server, client, new URLSearchParams(request.body), memory.state)
    const response = await oauth.authorizationCodeGrantRequest(
      server, client, authentication, answer, redirectUri, memory.verifier, plainHttp,
    )
    const checks = { expectedNonce: memory.nonce, requireIdToken: true }
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, checks)
    await oauth.validateApplicationLevelSignature(server, response, plainHttp)
    return { ...tokens, id_claims: oauth.getValidatedIdTokenClaims(tokens) }
  },
  claims: (tokens) => tokens.id_claims,
  async userinfo(tokens) {
    const response = await oauth.userInfoRequest(server, client, tokens.access_token, plainHttp)
    return oauth.processUserInfoResponse(server, client, tokens.id_claims.sub, response)
  },
  async refresh(tokens) {
    const response = await oauth.refreshTokenGrantRequest(
      server, client, authentication, tokens.refresh_token, plainHttp,
    )
    const fresh = await oauth.processRefreshTokenResponse(server, client, response)
    return { ...fresh, id_claims: oauth.getValidatedIdTokenClaims(fresh) ?? tokens.id_claims }
  },
  signOut(tokens) {
    const url = new URL(server.end_session_endpoint)
    url.search = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: signedOutUri,
      state: 'bye',
    })
    return url
  },
})
