// Serves the page of oidc-client-ts from an origin of its own: everything else happens in the browser.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const { ISSUER, CLIENT_ID, PORT } = process.env
const here = (name) => new URL(name, import.meta.url)
const files = {
  '/library.js': ['text/javascript', readFileSync(here('node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js'))],
  '/page.js': ['text/javascript', readFileSync(here('page.js'))],
  '/settings.json': ['application/json', JSON.stringify({ authority: ISSUER, client_id: CLIENT_ID })],
}
const page = ['text/html; charset=utf-8', readFileSync(here('page.html'))] // whichever route: it is one page

createServer((request, response) => {
  const [type, body] = files[new URL(request.url, 'http://here').pathname] ?? page
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body)
}).listen(Number(PORT), '127.0.0.1', () => console.log('open'))
