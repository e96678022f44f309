// What the Node apps have in common: a few pages for one visitor, and no OpenID Connect at all.
// The settings come from the environment: ISSUER, CLIENT_ID, CLIENT_SECRET, PORT.
import { createServer } from 'node:http'

export const settings = {
  issuer: new URL(process.env.ISSUER),
  clientId: process.env.CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET,
  home: `http://127.0.0.1:${process.env.PORT}`,
}
export const redirectUri = `${settings.home}/callback`
export const signedOutUri = `${settings.home}/signed-out`

const escape = (text) => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)
export const json = (id, value) => `<pre id="${id}">${escape(JSON.stringify(value))}</pre>`
export const page = (title, body) => `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}`

function answer(response, title, body, status = 200) {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(page(title, body))
}

const goTo = (response, url) => response.writeHead(303, { Location: String(url) }).end()

// `relyingParty`: start(memory) -> URL, finish(request, memory) -> tokens, claims(tokens), userinfo(tokens),
// refresh(tokens) -> tokens, signOut(tokens) -> URL, and keys, a JWK Set, where the app has keys of its own. Anything it
// throws is shown, not hidden.
export function open(relyingParty) {
  let memory = {}
  let tokens = null

  const routes = {
    '/': async (_, response) =>
      tokens === null
        ? answer(response, 'Signed out', '<a href="/sign-in">Sign in</a>')
        : answer(
            response,
            'Signed in',
            json('claims', relyingParty.claims(tokens)) +
              json('userinfo', await relyingParty.userinfo(tokens)) +
              json('scope', tokens.scope ?? null) +
              '<a href="/refresh">Refresh</a> <a href="/sign-out">Sign out</a>',
          ),
    '/sign-in': async (_, response) => {
      memory = {}
      goTo(response, await relyingParty.start(memory))
    },
    '/callback': async (request, response) => {
      tokens = await relyingParty.finish(request, memory)
      goTo(response, '/')
    },
    '/refresh': async (_, response) => {
      const before = tokens.access_token
      tokens = { ...tokens, ...(await relyingParty.refresh(tokens)) }
      answer(response, before === tokens.access_token ? 'Not refreshed' : 'Refreshed', '<a href="/">Home</a>')
    },
    '/sign-out': async (_, response) => {
      const url = relyingParty.signOut(tokens)
      tokens = null
      goTo(response, url)
    },
    '/jwks.json': async (_, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(relyingParty.keys)),
    '/signed-out': async (request, response) =>
      answer(response, 'Signed out', json('query', Object.fromEntries(request.url.searchParams))),
  }

  createServer(async (incoming, response) => {
    const request = { method: incoming.method, url: new URL(incoming.url, settings.home), body: '' }
    for await (const chunk of incoming) request.body += chunk
    try {
      const route = routes[request.url.pathname]
      await (route ? route(request, response) : answer(response, 'Not found', '', 404))
    } catch (error) {
      answer(response, 'Failed', `<pre id="failure">${escape(`${error.stack}\n${error.cause ?? ''}`)}</pre>`, 500)
    }
  }).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('open'))
}
