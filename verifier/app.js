// The page of the gate: a code comes in by camera, picture or paste; one verdict goes out.
import { Camera, Scanner } from "./camera.js";
import { readChunk } from "./certificates/shc.js";
import { DATA } from "./certificates/data.js";
import { refuseUnread, verify } from "./certificates/verify.js";
import { remember, tellClock } from "./clock.js";
import { openLists } from "./lists.js";
import { change, settings } from "./settings.js";
import { signal, wake } from "./signals.js";
import { findRules, showStanding } from "./standing.js";
import { showVerdict } from "./view.js";
import { getLanguage, setLanguage, word } from "./words.js";

const WIPED_AFTER = 60_000; // milliseconds: what was shown of a person does not stay on a screen
const TICK = 30_000; // between two looks at the clock and at the age of lists
const UPDATE = 60 * 60_000; // between two tries to fetch lists
const NOON = "T12:00:00+07:00"; // a day of rules, as a moment of it

const byId = (name) => document.getElementById(name);
const scanner = new Scanner();
const camera = new Camera({ video: byId("video"), scanner, onText: (text) => take(text) });
const chunks = { count: 0, seen: new Map() };
let lists = null;
let offline = false;
let wiping = 0;
let last = null; // what is shown, so that another language can show it again; wiped with it

/** Give the verdict on a text, and show it. */
async function take(text) {
  const whole = joinChunks(text);
  if (whole === null) return;
  camera.pause();
  const now = Date.now();
  const begin = performance.now();
  const rulesAt = settings.ruleDay ? Date.parse(settings.ruleDay + NOON) : now;
  const verdict = await verify(whole, { trust: lists.trust(now), at: now, revoked: lists.revoked, rules: findRules(), rulesAt });
  show(verdict, whole, performance.now() - begin);
}

function show(verdict, text, took) {
  last = { verdict, text, took };
  signal(draw());
  byId("scan").hidden = true;
  byId("verdict").hidden = false;
  document.body.dataset.shown = "verdict";
  byId("verdict").focus({ preventScroll: true });
  byId("verdict").scrollTop = 0;
  scrollTo(0, 0); // with large letters the page scrolls as a whole
  clearTimeout(wiping);
  wiping = setTimeout(scanAgain, WIPED_AFTER);
}

function draw() {
  const clock = tellClock(lists.asOf);
  return showVerdict(last.verdict, { ...last, means: { clock, sure: !clock, placed: Boolean(settings.province) } });
}

/** Wipe what was shown, and look for the next code. */
function scanAgain() {
  clearTimeout(wiping);
  last = null;
  for (const name of ["facts", "icon", "word", "reason"]) byId(name).replaceChildren();
  byId("verdict").hidden = true;
  byId("scan").hidden = false;
  delete document.body.dataset.shown;
  if (camera.on) camera.resume();
  else byId("start").focus();
}

/** Give a text that can be checked: itself, or all chunks of a card once they are there; null while some are missing. */
function joinChunks(text) {
  const chunk = readChunk(text);
  byId("hint").textContent = "";
  if (!chunk) return text;
  if (chunk.count !== chunks.count) chunks.seen.clear();
  chunks.count = chunk.count;
  chunks.seen.set(chunk.number, text);
  if (chunks.seen.size < chunk.count) {
    byId("hint").textContent = word("chunk", { seen: chunks.seen.size, count: chunk.count });
    return null;
  }
  const joined = [...chunks.seen.values()].join("\n");
  chunks.seen.clear();
  return joined;
}

async function startCamera() {
  wake();
  try {
    await camera.start();
  } catch (error) {
    byId("hint").textContent = word(error.name === "NotAllowedError" ? "camera_refused" : "camera_missing");
    return;
  }
  byId("idle").hidden = true;
  for (const name of ["video", "aim"]) byId(name).hidden = false;
  byId("torch").disabled = !camera.hasLight;
}

async function takeFile(file) {
  wake();
  let text;
  try {
    text = await scanner.findInFile(file);
  } catch {
    show(refuseUnread("cert_file_unreadable"), "", 0);
    return;
  }
  if (text) await take(text);
  else show(refuseUnread("cert_picture_empty"), "", 0);
}

function takePasted() {
  const text = byId("paste-text").value;
  const wanted = byId("paste-dialog").returnValue === "check" && text.trim();
  byId("paste-text").value = "";
  byId("paste-dialog").returnValue = "";
  if (wanted) take(text);
}

/** Look at clock and lists anew. */
function tick() {
  remember(lists.asOf);
  lists.trust(Date.now());
  showStanding(lists, { now: Date.now(), offline, clock: tellClock(lists.asOf) });
}

/** Fetch what is new; gives the word for what came of it. */
async function update() {
  const answered = await lists.update(Date.now());
  tick();
  if (!answered) return "refresh_unreached";
  return lists.refused ? "lists_refused" : "refreshed";
}

async function keepOffline() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
  await navigator.serviceWorker.ready;
  offline = true;
  tick();
}

function fillProvinces() {
  const drafts = new Set(DATA.cards.filter((card) => card.status === "draft").map((card) => card.province));
  const inForce = new Set(DATA.cards.filter((card) => card.status === "in_force").map((card) => card.province));
  const kindOf = (code) => (inForce.has(code) ? "province_card" : drafts.has(code) ? "province_draft" : "province_plain");
  const order = ["province_card", "province_draft", "province_plain"];
  const listed = DATA.provinces.map((one) => ({ ...one, kind: kindOf(one.code) })).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const options = listed.map(({ code, name, kind }) => new Option(word(kind, { name }), code));
  byId("province").replaceChildren(new Option(word("province_none"), ""), ...options);
  byId("province").value = settings.province;
}

function showSettings() {
  fillProvinces();
  byId("least").value = settings.least;
  byId("rule-day").value = settings.ruleDay;
  byId("sound").checked = settings.sound;
  byId("refreshed").textContent = "";
  byId("settings-dialog").showModal();
}

function switchLanguage() {
  change({ language: getLanguage() === "vi" ? "en" : "vi" });
  setLanguage(settings.language);
  tick();
  if (last) draw();
}

function listen() {
  const on = (name, event, action) => byId(name).addEventListener(event, action);
  on("start", "click", startCamera);
  on("again", "click", scanAgain);
  on("language", "click", switchLanguage);
  on("choose", "click", () => byId("file").click());
  on("file", "change", async () => {
    const [file] = byId("file").files;
    if (file) await takeFile(file);
    byId("file").value = "";
  });
  on("torch", "click", async () => byId("torch").setAttribute("aria-pressed", String(await camera.switchLight())));
  on("open-paste", "click", () => byId("paste-dialog").showModal());
  on("paste-form", "submit", wake);
  on("paste-dialog", "close", takePasted); // and not before: a dialog that closes gives the focus back
  on("open-settings", "click", showSettings);
  on("province", "change", ({ target }) => {
    const card = DATA.cards.find(({ province }) => province === target.value);
    change({ province: target.value, drafts: card?.status === "draft" });
    tick();
  });
  on("least", "change", ({ target }) => change({ least: target.value }));
  on("rule-day", "change", ({ target }) => {
    change({ ruleDay: target.validity.valid ? target.value : "" });
    tick();
  });
  on("sound", "change", ({ target }) => change({ sound: target.checked }));
  on("refresh", "click", async () => {
    byId("refreshed").textContent = "";
    byId("refreshed").textContent = word(await update());
  });
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : tick()));
  addEventListener("online", update);
}

/** The page is put away: the camera goes off, and so does what was shown of a person. */
function leave() {
  if (last) scanAgain();
  camera.stop();
  byId("idle").hidden = false;
  for (const name of ["video", "aim"]) byId(name).hidden = true;
  byId("torch").disabled = true;
}

setLanguage(settings.language);
listen();
lists = await openLists(Date.now());
tick();
setInterval(tick, TICK);
setInterval(update, UPDATE);
await Promise.all([update(), keepOffline()]);
document.body.dataset.ready = "yes";
