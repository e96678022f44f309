// passport-openidconnect as its README shows it: the endpoints by hand, since it reads no discovery document.
import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'
import { json, page, redirectUri, settings, signedOutUri } from './shop.mjs'

const { issuer } = settings
const at = (path) => new URL(path, issuer).href
passport.use(
  new OpenIDConnectStrategy(
    {
      issuer: process.env.ISSUER,
      authorizationURL: at('/authorize'),
      tokenURL: at('/token'),
      userInfoURL: at('/userinfo'),
      clientID: settings.clientId,
      clientSecret: settings.clientSecret,
      callbackURL: redirectUri,
      scope: ['profile', 'email'],
    },
    (_issuer, profile, _context, idToken, done) => done(null, { profile, idToken }),
  ),
)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false }))
app.use(passport.session())
app.get('/', ({ user }, response) =>
  response.send(
    user
      ? page('Signed in', json('userinfo', user.profile) + '<a href="/sign-out">Sign out</a>')
      : page('Signed out', '<a href="/sign-in">Sign in</a>'),
  ),
)
app.get('/sign-in', passport.authenticate('openidconnect'))
app.get('/callback', passport.authenticate('openidconnect', { successRedirect: '/', failWithError: true }))
app.get('/sign-out', (request, response, next) => {
  const leaving = new URLSearchParams({ id_token_hint: request.user.idToken, post_logout_redirect_uri: signedOutUri })
  request.logout((error) => (error ? next(error) : response.redirect(303, `${at('/end_session')}?${leaving}`)))
})
app.get('/signed-out', (_request, response) => response.send(page('Signed out', '<a href="/sign-in">Sign in</a>')))
app.use((error, _request, response, _next) => response.status(500).send(page('Failed', json('failure', error.stack))))
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('open'))
