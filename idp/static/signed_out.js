// OpenID Connect Front-Channel Logout 1.0: on to the app once every frame has loaded. An app that does not answer holds
// nobody up. Without JavaScript the person presses the button.
(() => {
  "use strict";
  const PATIENCE = 3000; // milliseconds
  const goOn = () => location.replace(document.getElementById("onward").href);
  if (document.readyState === "complete") { goOn(); return; }
  const late = setTimeout(goOn, PATIENCE);
  addEventListener("load", () => { clearTimeout(late); goOn(); });
})();
