// The list of what is kept on this device, and what became of it.
"use strict";
(() => {
  const MINUTE = 60 * 1000
  const list = document.querySelector("#kept"), empty = document.querySelector("#nothing")
  const workers = navigator.serviceWorker
  if (!workers || !window.caches) {
    empty.hidden = false
    return
  }
  const hand = ({url, fields}) => {
    const form = document.createElement("form")
    Object.assign(form, {method: "post", action: url, hidden: true})
    for (const [name, value] of fields) {
      form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}))
    }
    document.body.append(form)
    form.submit()
  }
  const show = (item, drop) => {
    const shown = document.querySelector(`#${item.state}-state`).content.cloneNode(true)
    const heading = shown.querySelector("h2"), lang = item.url.split("/")[1]  // of the form
    Object.assign(heading, {textContent: item.name, lang, dir: "auto"})
    shown.querySelector("time").textContent = new Date(item.at).toLocaleString(document.documentElement.lang)
    const receipt = shown.querySelector("a")
    if (receipt) receipt.href = item.receipt
    shown.querySelector("[data-drop]").addEventListener("click", drop)
    const open = shown.querySelector("[data-open]")
    if (open) open.addEventListener("click", () => hand(item))  // dropped by whoever sends it
    return shown
  }
  let isWaiting = false
  const draw = async () => {
    const kept = await caches.open("kept"), items = [], sections = []
    for (const key of await kept.keys()) {
      const found = await kept.match(key)
      if (!found) continue  // removed meanwhile
      const item = await found.json()
      items.push(item)
      sections.push(show(item, () => kept.delete(key).then(draw)))
    }
    list.replaceChildren(...sections)
    empty.hidden = sections.length > 0
    isWaiting = items.some(({state}) => state === "kept")
  }
  const send = async () => {
    const found = await workers.getRegistration()
    if (found && found.active) found.active.postMessage("send")
  }
  workers.addEventListener("message", draw)
  addEventListener("online", send)
  // No event says that a portal which was away is back, nor what another tab has removed.
  setInterval(() => isWaiting && draw().then(() => isWaiting && send()), MINUTE)
  draw().then(send)
})()
