// Keeps one page for when there is no network: what to do when worried about a child. Touches no other page.
// The server puts PAGES and CACHE in front of this file.
/// <reference lib="webworker" />

/** @type {string} the cache's name, with the build's hash */
// @ts-expect-error -- the server sets it
const cacheName = CACHE;
/** @type {string[]} the page in every language, and what it is drawn with */
// @ts-expect-error -- the server sets it
const pages = PAGES;

const keeper = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

keeper.addEventListener("install", (event) => event.waitUntil(keep()));
keeper.addEventListener("activate", (event) => event.waitUntil(dropOlder()));
keeper.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(fetch(event.request).catch(() => kept(event.request)));
});

async function keep() {
  const cache = await caches.open(cacheName);
  // Without cookies: the page kept is nobody's, and asking for a language does not change the reader's.
  await cache.addAll(pages.map((url) => new Request(url, { cache: "reload", credentials: "omit" })));
  await keeper.skipWaiting();
}

async function dropOlder() {
  const older = (await caches.keys()).filter((name) => name.startsWith("worry-") && name !== cacheName);
  await Promise.all(older.map((name) => caches.delete(name)));
  await keeper.clients.claim();
}

/**
 * The page in the language it is asked for, else in any.
 *
 * @param {Request} request
 */
async function kept(request) {
  const cache = await caches.open(cacheName);
  const found = (await cache.match(request)) ?? (await cache.match(request, { ignoreSearch: true }));
  return found ?? Response.error();
}
