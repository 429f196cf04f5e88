// Keeps an open checkout up to date. The server draws every state; this notices a change, fetches the page again and puts the
// new <main> in place of the old one. Without it the page still shows everything and reloads itself.
(() => {
  "use strict";

  const POLL_MS = 5_000; // while the stream is down
  const SLOW_MS = 30_000; // where only late money can change anything, and before a refused stream is tried again
  const SILENCE_MS = 45_000; // the stream speaks every 30 s: silence means that it is dead
  const SWAP_MS = 3_000; // between two fetches of the page that the clock asks for
  const COPIED_MS = 2_000;

  const live = document.getElementById("live");
  const offline = document.getElementById("offline");
  const main = () => document.getElementById("checkout");
  const query = `?intent=${encodeURIComponent(main().dataset.intent)}`;

  let deadline = 0; // by this device's clock, corrected by every answer
  let swapAfter = 0;
  let swapping = null;
  let asking = false; // one question at a time
  let failures = 0;
  let timer = 0;
  let stream = null;
  let heardAt = 0; // on this stream; 0 until it has spoken
  let openedAt = 0;
  let listenAfter = 0;

  // --- what the page shows -------------------------------------------------------------------------------------------------

  const say = (text) => {
    live.textContent = text;
  };

  // From the clock, not by counting: a sleeping tab does not count.
  function tick() {
    const left = document.getElementById("left");
    if (!left) return;
    const seconds = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    const two = (n) => String(n).padStart(2, "0");
    left.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
    left.closest(".state").classList.toggle("state--last", seconds <= 60);
    if (seconds === 0 && Date.now() >= swapAfter) swap();
  }

  function reached(yes) {
    failures = yes ? 0 : failures + 1;
    const lost = !yes && (failures > 1 || !navigator.onLine);
    if (lost && offline.hidden) say(offline.textContent.trim());
    if (yes || lost) offline.hidden = yes;
  }

  // The page as it is now; never two fetches at once, so that answers cannot overtake each other.
  function swap() {
    swapAfter = Date.now() + SWAP_MS;
    swapping ??= fetchPage().finally(() => {
      swapping = null;
    });
    return swapping;
  }

  async function fetchPage() {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = next.getElementById("checkout");
      if (!fresh) throw new Error(`no page, status ${answer.status}`);
      const hadFocus = main().contains(document.activeElement);
      main().replaceWith(fresh);
      if (document.title !== next.title) say(next.title);
      document.title = next.title;
      if (hadFocus) document.getElementById("title").focus({ preventScroll: true });
      reached(true);
      wire();
    } catch {
      reached(false);
    }
  }

  function heard(status) {
    reached(true);
    deadline = Date.now() + status.seconds_left * 1000;
    const shown = main().dataset;
    const same = status.sub_status === shown.state && Number(status.received) === Number(shown.received);
    return same ? tick() : swap();
  }

  // --- how it hears of changes ---------------------------------------------------------------------------------------------

  async function ask() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(`/checkout/status${query}`, { cache: "no-store" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      await heard(await answer.json());
    } catch {
      reached(false);
    } finally {
      asking = false;
    }
  }

  function listen() {
    if (stream || !window.EventSource || Date.now() < listenAfter) return;
    openedAt = Date.now();
    heardAt = 0;
    stream = new EventSource(`/checkout/events${query}`);
    stream.addEventListener("status", (event) => {
      heardAt = Date.now();
      heard(JSON.parse(event.data));
    });
    stream.addEventListener("error", () => {
      heardAt = 0;
      // The browser reconnects by itself, unless the server refused.
      if (stream?.readyState === EventSource.CLOSED) {
        hangUp();
        listenAfter = Date.now() + SLOW_MS;
      }
    });
  }

  function hangUp() {
    stream?.close();
    stream = null;
    heardAt = 0;
  }

  // Takes up the stream, or lets it go, as the state wants it; then looks again later.
  function watch() {
    clearTimeout(timer);
    const how = main().dataset.watch;
    const silent = Date.now() - Math.max(heardAt, openedAt) > SILENCE_MS;
    if (how !== "stream" || silent) hangUp();
    if (how === "none") return;
    if (how === "stream") listen();
    timer = setTimeout(check, how === "slow" ? SLOW_MS : POLL_MS);
  }

  async function check() {
    // Some proxies accept a stream and hold back what it says.
    if (!heardAt && !document.hidden) await ask();
    watch();
  }

  // --- small helps ---------------------------------------------------------------------------------------------------------

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      // In-app browsers have no clipboard for pages: mark the text, and try the old way.
      getSelection().selectAllChildren(document.getElementById(button.dataset.from));
      if (!document.execCommand("copy")) return;
    }
    const [idle, done] = button.children;
    const show = (copied) => {
      idle.hidden = copied;
      done.hidden = !copied;
    };
    show(true);
    say(done.textContent.trim());
    setTimeout(show, COPIED_MS, false);
  }

  // What the payer types is a hint, and its answer the same for every reference. The page is not replaced meanwhile: a change
  // of state does that, and what was typed is then of no use.
  async function tell(form) {
    const { tell: kind } = form.dataset;
    const input = form.querySelector("input");
    const said = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    const answerWith = (text, wrong) => {
      said.textContent = text;
      input.setAttribute("aria-invalid", String(wrong));
    };
    if (!input.value.trim()) return input.focus();
    button.disabled = true;
    try {
      const answer = await fetch(`/api/v1/intents/${encodeURIComponent(main().dataset.intent)}/${kind}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ [input.name]: input.value }),
      });
      if (answer.ok) {
        answerWith("Thank you. If it names your payment, this page changes by itself.", false);
        ask();
      } else {
        const { field, detail = "" } = await answer.json().catch(() => ({}));
        // The detail begins with the field's name, which the label says already.
        const why = field ? `This ${detail.slice(field.length + 1)}.` : `${detail}.`;
        answerWith(detail ? why : "That did not work. Please try again.", Boolean(field));
      }
    } catch {
      answerWith("No connection. Please try again.", false);
    } finally {
      button.disabled = false;
    }
  }

  function wire() {
    deadline = Date.now() + Number(main().dataset.secondsLeft) * 1000;
    for (const button of main().querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", () => copy(button));
    }
    for (const form of main().querySelectorAll("[data-tell]")) {
      form.hidden = false;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        tell(form);
      });
    }
    const save = document.getElementById("save-qr");
    if (save) {
      save.href = document.getElementById("qr").src;
      save.hidden = false;
    }
    tick();
    watch();
  }

  // Back from the UPI app, or from sleep: what happened meanwhile?
  function wake() {
    if (document.hidden || main().dataset.watch === "none") return;
    tick();
    ask();
    watch();
  }

  document.addEventListener("visibilitychange", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  addEventListener("online", wake);
  addEventListener("offline", () => reached(false));
  setInterval(tick, 1000);
  wire();
})();
