// The service worker: keeps the shell, the booklets and their pictures, and answers page loads from them.
// Touches nothing but GET requests of this origin. The server puts BUILD and SHELL in front of this file.
/// <reference lib="webworker" />

/** @type {string} the hash of every file served under /static/ */
// @ts-expect-error -- the server sets it
const build = BUILD;
/** @type {string[]} the addresses of the shell */
// @ts-expect-error -- the server sets it
const shell = SHELL;

/** @typedef {{url: string, sha256: string, bytes: number}} Asset */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const SHELL_CACHE = `tyck-${build}`;
const MEDIA_CACHE = "tyck-media";
const OLDER_SHELLS = 2;
const BOOKLETS = "/app/b/";
const JOIN = "/app/";
const CORNER = "/app/corner";
const FILES = ["/static/", "/media/", "/app/sounds/"];
const MATCH = { ignoreVary: true };
/** @type {Record<string, string>} */
const TYPES = { svg: "image/svg+xml", webp: "image/webp", ogg: "audio/ogg", m4a: "audio/mp4" };

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("message", (event) => event.waitUntil(answer(event)));
worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname.startsWith(JOIN)) event.respondWith(page(event.request, url));
  } else if (FILES.some((folder) => url.pathname.startsWith(folder))) {
    event.respondWith(file(event.request));
  }
});

/** The shell and every booklet an earlier version kept: all of it, or this version is not installed. */
async function install() {
  try {
    const cache = await caches.open(SHELL_CACHE);
    const kept = await bookletsKept();
    await Promise.all([...shell.map((url) => take(cache, url)), ...kept.map((url) => takeBooklet(cache, url))]);
  } catch (error) {
    await caches.delete(SHELL_CACHE);
    throw error;
  }
}

/** @returns {Promise<string[]>} paths */
async function bookletsKept() {
  const found = new Set();
  for (const name of await shells()) {
    for (const request of await (await caches.open(name)).keys()) {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith(BOOKLETS)) found.add(pathname);
    }
  }
  return [...found];
}

/** @returns {Promise<string[]>} the shells' caches, oldest first */
async function shells() {
  return (await caches.keys()).filter((name) => name.startsWith("tyck-") && name !== MEDIA_CACHE);
}

async function activate() {
  await dropShells(OLDER_SHELLS);
  await worker.clients.claim();
}

/** @param {number} spared how many earlier versions stay */
async function dropShells(spared) {
  const older = (await shells()).filter((name) => name !== SHELL_CACHE);
  await Promise.all(older.slice(0, Math.max(0, older.length - spared)).map((name) => caches.delete(name)));
}

/**
 * @param {Cache} cache
 * @param {string} url
 */
async function take(cache, url) {
  const isPage = url.startsWith(JOIN);
  const response = await fetch(url, isPage ? { cache: "no-cache" } : undefined);
  if (!response.ok || response.redirected) throw new Error(`${response.status} for ${url}`);
  await cache.put(url, isPage ? await marked(response) : response);
}

/**
 * A booklet whose poll is gone from the server stays as it was kept.
 *
 * @param {Cache} cache
 * @param {string} url
 */
async function takeBooklet(cache, url) {
  const held = await caches.match(url, MATCH);
  await take(cache, url).catch(async (error) => {
    if (!held || !String(error).includes("404")) throw error;
    await cache.put(url, held);
  });
}

/**
 * The document, telling its own scripts that it comes from the cache.
 *
 * @param {Response} response
 */
async function marked(response) {
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length", "ETag"]) headers.delete(name);
  const text = (await response.text()).replace('data-source="network"', 'data-source="cache"');
  return new Response(text, { headers });
}

/**
 * @param {Request} request
 * @param {URL} url
 */
async function page(request, url) {
  const cache = await caches.open(SHELL_CACHE);
  const kept = await cache.match(url.pathname.startsWith(BOOKLETS) ? url.pathname : shellPage(url), MATCH);
  if (kept) return kept;
  const fallback = () => cache.match(shellPage(url), MATCH).then((join) => join ?? Response.error());
  return fetch(request).catch(fallback);
}

/**
 * The join page or the teacher's corner in the language asked for, else in the browser's, else the first.
 *
 * @param {URL} url
 */
function shellPage(url) {
  const path = url.pathname === CORNER ? CORNER : JOIN;
  const wanted = [url.searchParams.get("lang"), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  const pages = wanted.map((lang) => `${path}?lang=${lang}`);
  return pages.find((page) => shell.includes(page)) ?? shell.find((page) => page.startsWith(path)) ?? JOIN;
}

/** @param {Request} request */
async function file(request) {
  return (await caches.match(request, MATCH)) ?? fetch(request);
}

/** @param {ExtendableMessageEvent} event */
async function answer({ data, ports }) {
  if (data?.activate) await worker.skipWaiting();
  if (data?.free) await dropShells(0);
  const keeping = data?.keep ? keep(data.keep) : data?.sounds && keepAllSounds(data.sounds);
  const ok = await Promise.resolve(keeping).then(() => true, () => false);
  ports[0]?.postMessage({ ok });
}

/**
 * Keeps pages and assets, all or nothing. What is kept already is checked again, not fetched again.
 *
 * @param {{pages: string[], assets: Asset[], pack: string}} wanted
 */
async function keep({ pages, assets, pack }) {
  const [cache, media] = await Promise.all([caches.open(SHELL_CACHE), caches.open(MEDIA_CACHE)]);
  await keepAssets(media, assets, pack);
  await Promise.all(pages.map(async (url) => (await cache.match(url, MATCH)) ?? take(cache, url)));
}

/** @param {string[]} lists the page's own language first, for the line is shared */
async function keepAllSounds(lists) {
  for (const list of lists) await keepSounds(list);
}

/**
 * Keeps the newest list of sounds with all it names; without network the held one, if it is whole.
 *
 * @param {string} url
 */
async function keepSounds(url) {
  const media = await caches.open(MEDIA_CACHE);
  const fresh = await fetch(url, { cache: "no-cache", credentials: "omit" }).catch(() => undefined);
  const list = fresh?.ok ? fresh : await media.match(url, MATCH);
  if (!list) throw new Error(`No list: ${url}`);
  /** @type {{sounds: Record<string, Asset>}} */
  const { sounds } = await list.clone().json();
  await keepAssets(media, Object.values(sounds), `${url}/all`);
  if (fresh?.ok) await media.put(url, fresh);
}

/**
 * @param {Cache} media
 * @param {Asset[]} assets
 * @param {string} pack all of them in one file, one after the other: asked for when more than half are missing
 */
async function keepAssets(media, assets, pack) {
  /** @type {boolean[]} */
  const held = [];
  // One after the other: a child is playing meanwhile, and what it does goes through the same store.
  for (const asset of assets) held.push(await isHeld(media, asset));
  const isWorthIt = held.filter(Boolean).length < assets.length / 2;
  const parts = isWorthIt ? await cut(pack, assets).catch(() => []) : [];
  await Promise.all(assets.map((asset, at) => held[at] || keepAsset(media, asset, parts[at])));
}

/**
 * @param {Cache} media
 * @param {Asset} asset
 */
async function isHeld(media, asset) {
  const held = await media.match(asset.url, MATCH);
  return held !== undefined && isWhole(held, asset);
}

/**
 * @param {string} pack
 * @param {Asset[]} assets
 * @returns {Promise<Response[]>} each as if it had been fetched by itself, not checked
 */
async function cut(pack, assets) {
  const response = await fetch(pack, { credentials: "omit" });
  if (!response.ok) return [];
  const body = await response.arrayBuffer();
  let end = 0;
  return assets.map(({ url, bytes }) => {
    const type = TYPES[url.split(".").at(-1) ?? ""] ?? "";
    end += bytes;
    return new Response(body.slice(end - bytes, end), { headers: { "Content-Type": type } });
  });
}

/**
 * From the pack, else by itself, else past the browser's own cache: the first that fits the digest.
 *
 * @param {Cache} media
 * @param {Asset} asset
 * @param {Response} [part]
 */
async function keepAsset(media, asset, part) {
  const ways = [() => part, () => fetch(asset.url), () => fetch(asset.url, { cache: "reload" })];
  for (const way of ways) {
    const response = await way();
    if (response?.ok && (await isWhole(response.clone(), asset))) return media.put(asset.url, response);
  }
  throw new Error(`Not what was promised: ${asset.url}`);
}

/**
 * @param {Response} response
 * @param {Asset} asset
 */
async function isWhole(response, { sha256, bytes }) {
  const body = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return body.byteLength === bytes && hex === sha256;
}
