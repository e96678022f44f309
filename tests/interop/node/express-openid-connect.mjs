// express-openid-connect as its README shows it, with Back-Channel Logout: what it heard of sign-outs it keeps in a store
// of express-session, and every request is held against it.
import { randomBytes } from 'node:crypto'
import express from 'express'
import openid from 'express-openid-connect'
import session from 'express-session'
import { json, page, settings, signedOutUri } from './shop.mjs'

const app = express()
app.use(
  openid.auth({
    authRequired: false,
    issuerBaseURL: settings.issuer.href,
    baseURL: settings.home,
    clientID: settings.clientId,
    clientSecret: settings.clientSecret,
    secret: randomBytes(32).toString('hex'),
    idpLogout: true,
    routes: { postLogoutRedirect: signedOutUri },
    authorizationParams: { response_type: 'code', scope: 'openid profile email' },
    backchannelLogout: { store: new session.MemoryStore() },
  }),
)
app.get('/', ({ oidc }, response) =>
  response.send(
    oidc.isAuthenticated()
      ? page('Signed in', json('claims', oidc.idTokenClaims) + '<a href="/logout">Sign out</a>')
      : page('Signed out', '<a href="/login">Sign in</a>'),
  ),
)
app.get('/signed-out', (_request, response) => response.send(page('Signed out', '<a href="/login">Sign in</a>')))
app.use((error, _request, response, _next) => response.status(500).send(page('Failed', json('failure', error.stack))))
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('open'))
