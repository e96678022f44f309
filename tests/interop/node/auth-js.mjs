// Auth.js (@auth/express) as its guide shows a provider of one's own: an issuer, an ID and a secret.
import { randomBytes } from 'node:crypto'
import { ExpressAuth, getSession } from '@auth/express'
import express from 'express'
import { json, page, settings } from './shop.mjs'

const config = {
  providers: [
    {
      id: 'portico',
      name: 'Portico',
      type: 'oidc',
      issuer: process.env.ISSUER,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
    },
  ],
  secret: randomBytes(32).toString('hex'),
  trustHost: true,
  callbacks: {
    jwt: ({ token, profile }) => (profile ? { ...token, profile } : token),
    session: ({ session, token }) => ({ ...session, profile: token.profile }),
  },
}

const app = express()
app.use(/^\/auth\/(.*)$/, ExpressAuth(config)) // it looks for the path behind /auth/ in the first group
app.get('/', async (request, response) => {
  const session = await getSession(request, config)
  response.send(
    session
      ? page('Signed in', json('claims', session.profile) + '<a href="/auth/signout">Sign out</a>')
      : page('Signed out', '<a href="/auth/signin">Sign in</a>'),
  )
})
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('open'))
