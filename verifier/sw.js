// Keeps the page on this phone from the first visit on. Lists are fetched, checked and kept by the page itself.
importScripts("files.js");

const CACHE = `xacthuc-gate-${self.VERSION}`;
const SHELL = ["./", ...self.FILES];

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const ours = event.request.method === "GET" && origin === self.location.origin;
  if (!ours || pathname.includes("/lists/") || pathname.includes("/samples")) return;
  event.respondWith(answer(event.request));
});

async function keepAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.map((name) => new Request(name, { cache: "reload" })));
}

async function dropOld() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("xacthuc-gate-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  const held = await cache.match(request.mode === "navigate" ? "./" : request, { ignoreSearch: true });
  return held ?? fetch(request);
}
