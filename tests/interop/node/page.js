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

function show(title, user) {
  if (user) {
    put('claims', JSON.stringify(claimsOf(user.id_token)))
    put('userinfo', JSON.stringify(user.profile)) // the ID token's claims with userinfo's merged in
    put('scope', JSON.stringify(user.scope))
  }
  put('title', title)
}

function claimsOf(idToken) {
  const payload = idToken.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))))
}

async function changed(ask) {
  const before = await manager.getUser()
  const user = await ask(before)
  if (user.access_token === before.access_token) throw new Error('the same access token came back')
  return user
}

function onPress(id, act) {
  document.getElementById(id).addEventListener('click', () => act().catch(failed))
}

function failed(error) {
  put('failure', `${error.name}: ${error.message}`)
  put('title', 'Failed')
}

onPress('sign-in', () => manager.signinRedirect())
onPress('sign-out', () => manager.signoutRedirect({ state: 'bye' }))
onPress('refresh', async () => show('Refreshed', await changed(() => manager.signinSilent())))
onPress('silent', async () => {
  const ask = async (user) => {
    delete user.refresh_token // without one, signinSilent asks with prompt=none in an iframe
    await manager.storeUser(user)
    return manager.signinSilent()
  }
  show('Asked silently', await changed(ask))
})

const arrive = {
  '/callback': async () => show('Signed in', await manager.signinRedirectCallback()),
  '/silent': () => manager.signinSilentCallback(),
  '/signed-out': async () => {
    const answer = await manager.signoutRedirectCallback()
    put('query', JSON.stringify(answer.userState ?? null))
    show('Signed out', null)
  },
}
await (arrive[location.pathname] ?? (async () => show('Signed out', null)))().catch(failed)
