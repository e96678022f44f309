// What pages can do beyond HTML. Everything works without it; nothing here decides anything.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Show and Hide: one button for all the fields it controls.
  const shown = (button, show) => {
    const fields = button.getAttribute("aria-controls").split(" ").map((id) => document.getElementById(id));
    if ((fields[0].type === "text") === show) return;
    fields.forEach((field) => { if (field) field.type = show ? "text" : "password"; });
    const { label, text } = button.dataset;
    button.dataset.label = button.getAttribute("aria-label");
    button.dataset.text = button.textContent;
    button.setAttribute("aria-label", label);
    button.textContent = text;
  };
  const reveals = all(".reveal");
  reveals.forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () =>
      shown(button, document.getElementById(button.getAttribute("aria-controls").split(" ")[0]).type === "password"));
  });

  // Caps Lock, said politely under the field.
  all("[data-caps]").forEach((line) => {
    const field = document.getElementById(line.dataset.caps);
    const say = (event) => {
      const on = Boolean(event.getModifierState && event.getModifierState("CapsLock"));
      const text = on ? line.dataset.text : "";
      if (line.textContent !== text) line.textContent = text;
    };
    ["keydown", "keyup"].forEach((kind) => field.addEventListener(kind, say));
    field.addEventListener("blur", () => { line.textContent = ""; });
  });

  // What the password still needs, ticked while typing.
  const RULES = {
    length: (text, rule) => [...text.normalize("NFKC")].length >= Number(rule.dataset.least),
    case: (text) => /\p{Lu}/u.test(text) && /\p{Ll}/u.test(text),
    digit: (text) => /\p{Nd}/u.test(text),
    symbol: (text) => /[^\p{L}\p{N}]/u.test(text),
  };
  all("[data-rules]").forEach((list) => {
    const field = document.getElementById(list.dataset.rules);
    const tick = () => all("[data-rule]", list).forEach((rule) => {
      const met = RULES[rule.dataset.rule](field.value, rule);
      rule.classList.toggle("met", met);
      all(".vh", rule).forEach((done) => { done.hidden = !met; });
    });
    field.addEventListener("input", tick);
    tick();
  });

  // A second press while the first is under way does nothing; a button that stayed (an app opened) wakes up again.
  const buttons = (form) => all("button[type=submit]", form);
  const wake = (form) => {
    delete form.dataset.sent;
    buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
  };
  all("form[method=post]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      all("[data-copies]", form).forEach((field) => {
        const box = document.getElementById(field.dataset.copies);
        field.value = box && box.checked ? box.value : "";
      });
      reveals.forEach((button) => shown(button, false));
      buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
      setTimeout(() => wake(form), 15000);
    });
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach(wake));

  // What was typed and not saved is not left behind unasked.
  all("form[data-leave]").forEach((form) => {
    let typed = false;
    form.addEventListener("input", () => { typed = true; });
    form.addEventListener("submit", () => { typed = false; });
    addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
  });

  // Copy and Print: for what is shown once.
  all("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const { copy, done } = button.dataset;
      const status = button.nextElementSibling;
      try { await navigator.clipboard.writeText(document.getElementById(copy).innerText.trim()); } catch { return; }
      const label = button.textContent;
      if (label !== done) setTimeout(() => { button.textContent = label; status.textContent = ""; }, 2000);
      button.textContent = done;
      status.textContent = done;
    });
  });
  all("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  // A mailed token leaves the address bar and the history; the page can still be loaded again, in this browser.
  const here = new URL(location.href);
  const kept = document.querySelector("form[data-reload]");
  if (kept || here.searchParams.has("token")) {
    here.searchParams.delete("token");
    history.replaceState(null, "", kept ? kept.dataset.reload : here.pathname + here.search);
  }

  // The strip of pages on a phone shows where one is.
  all(".side ul").forEach((strip) => {
    const current = strip.querySelector("[aria-current]");
    if (!current) return;
    const [its, whole] = [current.getBoundingClientRect(), strip.getBoundingClientRect()];
    strip.scrollLeft += (its.left + its.right - whole.left - whole.right) / 2;
  });

  // Times as this browser's clock shows them.
  all("time[data-local]").forEach((time) => {
    const { lang } = document.documentElement;
    const own = navigator.languages.find((tag) => tag.split("-")[0] === lang) || lang;
    time.textContent = new Date(time.dateTime).toLocaleTimeString(own, { hour: "2-digit", minute: "2-digit" });
  });

  // The page moves on by itself once the link was confirmed elsewhere: {"next": "/path"} of our own origin.
  all("[data-poll]").forEach((node) => {
    let wait = 3000;
    const ask = async () => {
      if (!document.hidden) {
        try {
          const answer = await fetch(node.dataset.poll, { credentials: "same-origin", cache: "no-store" });
          const next = answer.ok && (await answer.json()).next;
          const place = next && new URL(next, location.href);
          if (place && place.origin === location.origin) { location.replace(place.href); return; }
          if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return;
        } catch { /* offline: ask again later */ }
        wait = Math.min(wait * 1.1, 15000);
      }
      setTimeout(ask, wait);
    };
    setTimeout(ask, wait);
  });
})();
