// Keeps what residents send while the portal is out of reach, and sends it later, once
// (docs/decisions/0044).
"use strict"
const PAGES = "pages", KEPT = "kept", NAMES = "names"
const WEEK = 7 * 24 * 3600 * 1000  // as long as a form's token is good
const FORM = /^\/[^/]+\/services\/[^/]+\/rate$/
const LIST = /^\/[^/]+\/kept\/$/
const STAND_IN = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff"
}

const tell = async () => {
  for (const page of await self.clients.matchAll()) page.postMessage("changed")
}

// A page to open without network, with what it needs. A form comes with a token of its own. What
// stands in for the list comes first, as it needs no network.
const prepare = async ({addresses, form, name, standIn}) => {
  const pages = await caches.open(PAGES)
  await (await caches.open(NAMES)).put(form, new Response(name))
  if (standIn) await pages.put(`/kept${addresses[0]}`, new Response(standIn, {headers: STAND_IN}))
  await pages.addAll([form, ...addresses])
  for (const old of await pages.keys()) {
    const {pathname} = new URL(old.url)
    if (pathname.startsWith("/static/") && !addresses.includes(pathname)) await pages.delete(old)
  }
}

const put = async (key, item) => {
  await (await caches.open(KEPT)).put(key, new Response(JSON.stringify(item)))
  await tell()
}

const read = async request => [...(await request.formData()).entries()]

// Where just this is kept. One token may have brought more: from two tabs, or after a step back.
const find = async fields => {
  const kept = await caches.open(KEPT), wanted = JSON.stringify(fields)
  for (const key of await kept.keys()) {
    const found = await kept.match(key)
    if (found && JSON.stringify((await found.json()).fields) === wanted) return key
  }
}

// Whether a form has become a receipt, or came back with all that was typed: it need not be kept.
const isAnswered = ({type, status}) => type === "opaqueredirect" || [200, 409, 422].includes(status)

// What cannot be sent now is kept, and the list says so, or what stands in for it.
const keep = async (request, lang) => {
  const {pathname} = new URL(request.url), fields = await read(request)
  const name = await (await caches.open(NAMES)).match(pathname)
  await put(await find(fields) || `/kept/${Date.now()}-${Math.random()}`, {
    state: "kept", url: pathname, name: name ? await name.text() : pathname, at: Date.now(), fields
  })
  const pages = await caches.open(PAGES), list = `/${lang}/kept/`
  await pages.delete(pathname)  // its token is used now
  if (self.registration.sync) await self.registration.sync.register("send").catch(() => {})
  return !await pages.match(list) && await pages.match(`/kept${list}`) || Response.redirect(list, 303)
}

// A form that was answered is kept no longer. Was it a prepared page, its token is used now.
const settle = async (event, request) => {
  const {pathname} = new URL(request.url), fields = await read(request), key = await find(fields)
  if (key) await (await caches.open(KEPT)).delete(key).then(tell)
  const pages = await caches.open(PAGES), found = await pages.match(pathname)
  const page = found ? await found.text() : ""
  if (fields.some(([name, value]) => name === "token" && page.includes(value))) {
    await pages.delete(pathname)
    event.waitUntil(pages.add(pathname).catch(() => {}))  // without network: another time
  }
}

// No network, or a portal that cannot answer just now. One that fails (500) gives back what was sent.
const isAway = ({type, status}) => type === "error" || status > 500

const ask = (...question) => fetch(...question).catch(() => Response.error())

const submit = async (event, lang) => {
  const {request} = event, copy = request.clone(), answer = await ask(request)
  if (isAway(answer)) return keep(copy, lang)
  if (isAnswered(answer)) await settle(event, copy).catch(() => {})
  return answer
}

// A page as it was prepared, where the portal is away. A form is shown as long as it is good.
const open = async (request, lang) => {
  const answer = await ask(request)
  if (!isAway(answer)) return answer
  const found = await caches.match(request, {cacheName: PAGES, ignoreSearch: true})
  const isForm = FORM.test(new URL(request.url).pathname)
  const isOld = found && Date.now() - Date.parse(found.headers.get("date")) > WEEK - WEEK / 14
  if (found && !(isForm && isOld)) return found
  if (answer.status || !isForm) return answer
  const isListed = await caches.match(`/${lang}/kept/`, {cacheName: PAGES})
  return isListed ? Response.redirect(`/${lang}/kept/`, 302) : answer
}

// Whether the portal has decided about it.
const sendOne = async (key, item) => {
  const body = new URLSearchParams(item.fields)
  const answer = await ask(item.url, {method: "POST", body})
  if (isAway(answer) || [429, 500].includes(answer.status)) return false
  const {pathname} = new URL(answer.url)
  if (answer.ok && pathname.includes("/receipts/")) {
    const {url, name} = item
    await put(key, {state: "sent", url, name, at: Date.now(), receipt: pathname})
  } else if (await find(item.fields)) {  // neither sent by hand nor removed meanwhile
    await put(key, {...item, state: "failed"})
  }
  return true
}

// Whoever sends twice gets the same receipt: the form's token is used once. None holds another back.
// Fails while anything waits, so that the browser syncs again.
const send = () => navigator.locks.request("send", async () => {
  const kept = await caches.open(KEPT)
  let isDone = true
  for (const key of await kept.keys()) {
    const found = await kept.match(key)
    if (!found) continue  // removed meanwhile
    const item = await found.json()
    if (item.state === "kept") isDone = await sendOne(key, item) && isDone
    else if (item.state === "sent" && Date.now() - item.at > WEEK) await kept.delete(key)
  }
  if (!isDone) throw new Error("later")
})

// A form hears when the list can be shown: before that it promises nothing.
const hear = async ({data, source}) => {
  if (data === "send") return send()
  await prepare(data).catch(() => {})
  if (await caches.match(data.addresses[0], {cacheName: PAGES})) source.postMessage("ready")
}

self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()))
self.addEventListener("sync", event => event.waitUntil(send()))
self.addEventListener("message", event => {
  event.waitUntil(hear(event).catch(() => {}))  // without network: another time
})
self.addEventListener("fetch", event => {
  const {request} = event, {pathname} = new URL(request.url), lang = pathname.split("/")[1]
  if (request.method === "POST") {
    if (FORM.test(pathname) && request.mode === "navigate") event.respondWith(submit(event, lang))
  } else if (FORM.test(pathname) || LIST.test(pathname) || pathname.startsWith("/static/")) {
    event.respondWith(open(request, lang))
  }
})
