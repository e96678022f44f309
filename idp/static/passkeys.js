// Passkeys: what a page does with the browser's own dialogs. Where they are missing the buttons stay hidden.
(() => {
  "use strict";
  const { PublicKeyCredential: Keys } = window;
  if (!Keys || !navigator.credentials) return;
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Older browsers have no JSON forms of options and answers (WebAuthn Level 3 §5.1.8, §5.1.9, §5.1.1).
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const parsed = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
  });
  const toCreate = (options) => (Keys.parseCreationOptionsFromJSON || parsed).call(Keys, options);
  const toGet = (options) => (Keys.parseRequestOptionsFromJSON || parsed).call(Keys, options);
  const plain = (credential) => {
    const { id, type, response } = credential;
    const answer = { clientDataJSON: text(response.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach((name) => {
      if (response[name]) answer[name] = text(response[name]);
    });
    if (response.getTransports) answer.transports = response.getTransports();
    return { id, rawId: id, type, response: answer, clientExtensionResults: {} };
  };
  const written = (credential) => {
    try { return credential.toJSON(); } catch { return plain(credential); }
  };

  // One dialog at a time: the list in the email field waits in the background until a button takes its place.
  let waiting = null;
  const only = () => {
    if (waiting) waiting.abort();
    waiting = new AbortController();
    return waiting.signal;
  };

  const say = (form, which) => form.querySelectorAll("[data-passkey-note]").forEach((note) => {
    note.hidden = note.dataset.passkeyNote !== which;
    if (!note.hidden) note.firstElementChild.focus();
  });
  const options = async (form) => {
    const sent = new URLSearchParams(new FormData(form));
    sent.delete("credential");
    const answer = await fetch(form.dataset.options, { method: "POST", body: sent, cache: "no-store" });
    if (answer.status === 401 || answer.redirected) { location.reload(); await new Promise(() => {}); }
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const send = (form, credential) => {
    form.elements.namedItem("credential").value = JSON.stringify(written(credential));
    try { sessionStorage.setItem("passkey", credential.id); } catch { /* a comfort only */ }
    form.requestSubmit();
  };

  const ask = async (form, button) => {
    if (form.dataset.asks) return;
    form.dataset.asks = "1";
    say(form, "");
    const signal = only();
    try {
      const wish = await options(form);
      const credential = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: toCreate(wish), signal })
        : await navigator.credentials.get({ publicKey: toGet(wish), signal });
      send(form, credential);
    } catch (error) {
      // Cancelled, or too late: nothing is said.
      if (error.name === "NotAllowedError" || error.name === "AbortError") button.focus();
      else say(form, error.name === "InvalidStateError" ? "known" : "failed");
      offer();
    } finally {
      delete form.dataset.asks;
    }
  };

  // Passkeys in the list of the email field (conditional mediation), with a new challenge before the old one is too old.
  const listed = document.querySelector("form[data-passkey=get][data-listed]");
  const offer = async () => {
    if (!listed || !Keys.isConditionalMediationAvailable || !(await Keys.isConditionalMediationAvailable())) return;
    const signal = only();
    try {
      const wish = await options(listed);
      setTimeout(() => { if (!signal.aborted) again(); }, wish.timeout - 20000);
      const credential = await navigator.credentials.get({ publicKey: toGet(wish), mediation: "conditional", signal });
      if (credential) send(listed, credential);
    } catch { /* the page does without */ }
  };
  const again = () => {
    if (!document.hidden) { offer(); return; }
    document.addEventListener("visibilitychange", again, { once: true });
  };

  all("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    const button = form.querySelector("button");
    button.addEventListener("click", () => ask(form, button));
    if (form.dataset.tried !== undefined) button.focus();
  });
  offer();

  // The browser's own list keeps in step with the account's (WebAuthn Level 3 §5.1.10).
  const signal = (name, what) => {
    if (Keys[name]) Keys[name](what).catch(() => {});
  };
  all("[data-accepted]").forEach((node) => {
    const { rp: rpId, user: userId, name, display: displayName, accepted } = node.dataset;
    signal("signalAllAcceptedCredentials", { rpId, userId, allAcceptedCredentialIds: accepted.split(" ").filter(Boolean) });
    signal("signalCurrentUserDetails", { rpId, userId, name, displayName });
  });
  all("[data-unknown]").forEach((form) => {
    const credentialId = sessionStorage.getItem("passkey");
    if (credentialId) signal("signalUnknownCredential", { rpId: form.dataset.rp, credentialId });
  });

  // A form, or the page that waits for a mail, says whether this device could keep a passkey.
  const able = all("[data-passkeys]");
  if (able.length && Keys.isUserVerifyingPlatformAuthenticatorAvailable) {
    Keys.isUserVerifyingPlatformAuthenticatorAvailable().then((can) => able.forEach((node) => {
      if (!can) return;
      if (node.dataset.poll) node.dataset.poll += "&passkeys=1";
      else node.value = "1";
    }));
  }
})();
