// Reads a page aloud with a voice that the browser has on this device. Nothing is sent anywhere:
// voices of a service on the network are left alone. Without a voice for the page's language, and
// without this script, nothing is missing: the button is added only where it works.
(() => {
  const { read, stop } = document.currentScript.dataset;
  const speech = window.speechSynthesis;
  const BLOCKS = "h1, h2, h3, p, li, dt, dd, legend, label, th, td, figcaption";
  const button = document.createElement("button");

  // Language and script: zh-Hans is read by zh-CN, not by zh-HK.
  function kindOf(tag) {
    try {
      const { language, script } = new Intl.Locale(tag.replace("_", "-")).maximize();
      return `${language}-${script}`;
    } catch {
      return "";
    }
  }

  function voiceFor(tag) {
    const wanted = kindOf(tag);
    return speech.getVoices().find((one) => one.localService && kindOf(one.lang) === wanted);
  }

  // What is said, block by block: each in its own language, and only what can be seen.
  function list() {
    return [...document.querySelectorAll("main")]
      .flatMap((main) => [...main.querySelectorAll(BLOCKS)])
      .filter((one) => !one.querySelector(BLOCKS) && !one.contains(button))
      .filter((one) => one.checkVisibility?.() ?? one.offsetParent !== null)
      .filter((one) => !one.closest("[aria-hidden=true], .trap, [translate=no]"))
      .map((one) => [one.innerText.trim(), one.closest("[lang]").lang])
      .filter(([text]) => text);
  }

  function show(isReading) {
    button.textContent = isReading ? stop : read;
    button.setAttribute("aria-pressed", String(isReading));
  }

  function start() {
    const said = list().flatMap(([text, tag]) => {
      const voice = voiceFor(tag);
      if (!voice) return [];
      const one = new SpeechSynthesisUtterance(text);
      [one.lang, one.voice] = [voice.lang, voice];
      return [one];
    });
    said.at(-1).onend = () => show(false);
    speech.cancel();
    said.forEach((one) => speech.speak(one));
    show(true);
  }

  function end() {
    speech.cancel();
    show(false);
  }

  function offer() {
    const heading = document.querySelector("main h1");
    if (button.isConnected || !heading || !voiceFor(document.documentElement.lang)) return;
    const place = document.createElement("p");
    button.type = "button";
    button.className = "quiet";
    button.onclick = () => (button.getAttribute("aria-pressed") === "true" ? end() : start());
    show(false);
    place.append(button);
    heading.after(place);
  }

  if (speech) {
    offer();
    speech.addEventListener?.("voiceschanged", offer); // some browsers find their voices later
    addEventListener("pagehide", () => speech.cancel());
  }
})();
