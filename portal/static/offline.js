// Lets a rating form be sent without network: from the first answer on, a service worker keeps it.
"use strict";
(() => {
  const {kept} = document.currentScript.dataset
  const form = document.querySelector("main form"), says = document.querySelector("#offline")
  const workers = navigator.serviceWorker
  if (!workers || !form || !window.caches) return
  // This page with other words in place of its form: shown where the list could not be fetched.
  const write = () => {
    const page = document.documentElement.cloneNode(true), heading = document.createElement("h1")
    const {content, dataset} = document.querySelector("#stand-in")
    page.querySelector("title").textContent = heading.textContent = dataset.title
    const main = page.querySelector("main")
    main.classList.add("stack")
    main.replaceChildren(heading, content.cloneNode(true))
    for (const script of page.querySelectorAll("script")) script.remove()
    return `<!doctype html>${page.outerHTML}`
  }
  const prepare = async () => {
    await workers.register("/service-worker.js")
    const {active} = await workers.ready
    active.postMessage({
      addresses: kept.split(" "),
      form: location.pathname,
      name: form.querySelector("h1").innerText,
      standIn: write()
    })
    active.postMessage("send")
  }
  // Who begins without network is prepared as soon as there is some.
  const later = () => addEventListener("online", start, {once: true})
  const start = () => navigator.onLine || workers.controller ? prepare().catch(later) : later()
  workers.addEventListener("message", ({data}) => {
    if (data === "ready") says.hidden = false
  })
  if (workers.controller) start()
  else form.addEventListener("input", start, {once: true})
})()
