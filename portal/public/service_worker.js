// Keeps what residents send while there is no network, and sends it later, once (docs/decisions/0044).
"use strict"
const PAGES = "pages", KEPT = "kept", NAMES = "names"
const WEEK = 7 * 24 * 3600 * 1000  // as long as a form's token is good
const FORM = /^\/[^/]+\/services\/[^/]+\/rate$/
const LIST = /^\/[^/]+\/kept\/$/

const tell = async () => {
  for (const page of await self.clients.matchAll()) page.postMessage("changed")
}

// A page to open without network, with what it needs. A form comes with a token of its own.
const prepare = async ({addresses, form, name}) => {
  const pages = await caches.open(PAGES)
  for (const old of await pages.keys()) {
    const {pathname} = new URL(old.url)
    if (pathname.startsWith("/static/") && !addresses.includes(pathname)) await pages.delete(old)
  }
  await pages.addAll([form, ...addresses])
  await (await caches.open(NAMES)).put(form, new Response(name))
}

const put = async (token, item) => {
  const kept = await caches.open(KEPT)
  await kept.put(`/kept/${encodeURIComponent(token)}`, new Response(JSON.stringify(item)))
  await tell()
}

// The fields of a form that is sent, and its token, under which it is kept.
const read = async request => {
  const fields = [...(await request.formData()).entries()]
  return {fields, token: (fields.find(([key]) => key === "token") || [])[1]}
}

// Whether a form has become a receipt, or came back with all that was typed: it need not be kept.
const isAnswered = ({type, status}) => type === "opaqueredirect" || [200, 409, 422].includes(status)

// What is sent without network is kept, and the list says so.
const keep = async (request, lang) => {
  const {pathname} = new URL(request.url)
  const {fields, token} = await read(request)
  const name = await (await caches.open(NAMES)).match(pathname)
  await put(token, {
    state: "kept", url: pathname, name: name ? await name.text() : pathname, at: Date.now(), fields
  })
  await (await caches.open(PAGES)).delete(pathname)  // its token is used now
  if (self.registration.sync) await self.registration.sync.register("send").catch(() => {})
  return Response.redirect(`/${lang}/kept/`, 303)
}

const submit = async (request, lang) => {
  const copy = request.clone()
  let answer
  try {
    answer = await fetch(request)
  } catch {
    return keep(copy, lang)
  }
  if (isAnswered(answer)) {
    const {token} = await read(copy)
    await (await caches.open(KEPT)).delete(`/kept/${encodeURIComponent(token)}`)
  }
  return answer
}

// A page as it was prepared, where there is no network. A form is shown as long as it is good.
const open = async (request, lang) => {
  try {
    return await fetch(request)
  } catch (fault) {
    const found = await caches.match(request, {cacheName: PAGES, ignoreSearch: true})
    const isForm = FORM.test(new URL(request.url).pathname)
    const isOld = found && Date.now() - Date.parse(found.headers.get("date")) > WEEK - WEEK / 14
    if (found && !(isForm && isOld)) return found
    if (isForm && await caches.match(`/${lang}/kept/`, {cacheName: PAGES})) {
      return Response.redirect(`/${lang}/kept/`, 302)
    }
    throw fault
  }
}

// Whether the portal has decided about it.
const sendOne = async (token, item) => {
  const body = new URLSearchParams(item.fields)
  const answer = await fetch(item.url, {method: "POST", body})
  if (answer.status === 429 || answer.status >= 500) return false
  const {pathname} = new URL(answer.url)
  if (answer.ok && pathname.includes("/receipts/")) {
    const {url, name} = item
    await put(token, {state: "sent", url, name, at: Date.now(), receipt: pathname})
  } else {
    await put(token, {...item, state: "failed"})
  }
  return true
}

// Whoever sends twice gets the same receipt: the form's token is used once. Fails while anything
// waits, so that the browser syncs again.
const send = () => navigator.locks.request("send", async () => {
  const kept = await caches.open(KEPT)
  let isDone = true
  for (const key of await kept.keys()) {
    const item = await (await kept.match(key)).json()
    const token = decodeURIComponent(new URL(key.url).pathname.slice("/kept/".length))
    if (item.state === "kept") isDone = await sendOne(token, item) && isDone
    else if (item.state === "sent" && Date.now() - item.at > WEEK) await kept.delete(key)
  }
  if (!isDone) throw new Error("later")
})

self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()))
self.addEventListener("sync", event => event.waitUntil(send()))
self.addEventListener("message", event => {
  const done = event.data === "send" ? send() : prepare(event.data)
  event.waitUntil(done.catch(() => {}))  // without network: another time
})
self.addEventListener("fetch", event => {
  const {request} = event, {pathname} = new URL(request.url), lang = pathname.split("/")[1]
  if (request.method === "POST") {
    if (FORM.test(pathname) && request.mode === "navigate") event.respondWith(submit(request, lang))
  } else if (FORM.test(pathname) || LIST.test(pathname) || pathname.startsWith("/static/")) {
    event.respondWith(open(request, lang))
  }
})
