// oidc-client-ts as its documentation uses it: UserManager, redirects, a refresh token, and the hidden iframe.
const settings = await (await fetch('/settings.json')).json()
const manager = new oidc.UserManager({
  ...settings,
  redirect_uri: `${location.origin}/callback`,
  silent_redirect_uri: `${location.origin}/silent`,
  post_logout_redirect_uri: `${location.origin}/signed-out`,
  scope: 'openid profile email offline_access',
  loadUserInfo: true,
  filterProtocolClaims: false,
  automaticSilentRenew: false,
})
const put = (id, value) => (document.getElementById(id).textContent = value)

async function show(title, user) {
  if (user) {
    put('claims', JSON.stringify(await verified(user.id_token)))
    put('userinfo', JSON.stringify(user.profile)) // the ID token's claims with userinfo's merged in
    put('scope', JSON.stringify(user.scope))
  }
  put('title', title)
}

// oidc-client-ts leaves the signature alone (the token came straight from the provider); here the keys are used too.
async function verified(idToken) {
  const [header, payload, signature] = idToken.split('.')
  const { kid, alg } = JSON.parse(new TextDecoder().decode(octets(header)))
  const jwk = (await manager.metadataService.getSigningKeys()).find((key) => key.kid === kid && key.alg === alg)
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify'])
  const signed = new TextEncoder().encode(`${header}.${payload}`)
  if (!(await crypto.subtle.verify(algorithm, key, octets(signature), signed))) throw new Error('the signature is wrong')
  return JSON.parse(new TextDecoder().decode(octets(payload)))
}

function octets(base64url) {
  return Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
}

async function changed(ask) {
  const before = await manager.getUser()
  const user = await ask(before)
  if (user.access_token === before?.access_token) throw new Error('the same access token came back')
  return user
}

function onPress(id, act) {
  document.getElementById(id).addEventListener('click', () => act().catch(failed))
}

function failed(error) {
  put('failure', [error.name, error.error, error.message].filter(Boolean).join(': '))
  put('title', 'Failed')
}

onPress('sign-in', () => manager.signinRedirect())
onPress('sign-out', () => manager.signoutRedirect({ state: 'bye' }))
onPress('refresh', async () => await show('Refreshed', await changed(() => manager.signinSilent())))
onPress('silent', async () => {
  const ask = async (user) => {
    if (user) delete user.refresh_token // without one, signinSilent asks with prompt=none in an iframe
    await manager.storeUser(user)
    return manager.signinSilent()
  }
  await show('Asked silently', await changed(ask))
})

const arrive = {
  '/callback': async () => show('Signed in', await manager.signinRedirectCallback()),
  '/silent': () => manager.signinSilentCallback(),
  '/signed-out': async () => {
    const answer = await manager.signoutRedirectCallback()
    put('query', JSON.stringify(answer.userState ?? null))
    await show('Signed out', null)
  },
}
await (arrive[location.pathname] ?? (async () => show('Signed out', null)))().catch(failed)
