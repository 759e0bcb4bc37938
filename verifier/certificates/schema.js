// What the payload of an EU Digital COVID Certificate must look like: its newest schema, 1.3.3, against which all are held.
// Source: eHealth Network, DCC JSON schemas 1.0.0 to 1.3.3. The library in Python knows the older ones too.
import { countSigns } from "./bytes.js";
import { isMap } from "./stages.js";

const GROUPS = ["v", "t", "r"];
const MAX_FAULTS = 50; // more is no certificate; what is said stays small whatever comes in
const TEXT = 80; // most letters of names, issuer, identifier, testing centre

const VERSION = /^1\.[0-9]{1,9}\.[0-9]{1,9}$/;
const BIRTH_DATE = /^(?:19|20)[0-9]{2}(?:-[0-9]{2}){0,2}$/;
const MACHINE_NAME = /^[A-Z<]*$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,30})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)$/;

/**
 * Give what is wrong with a payload, as codes and places, at most MAX_FAULTS; nothing where it is right.
 *
 * 1 it is a map
 * 2 `ver` is a version 1.x.y
 * 3 `nam` is a map with texts of at most 80 letters; fnt and gnt hold A to Z and < alone; one of the two is there
 * 4 `dob` is a year, month or day of 1900 to 2099, or empty
 * 5 there is exactly one of v, t and r, a list of exactly one map
 * 6 its entry has the fields that it must have, texts of at most 80 letters, whole dose numbers from 1 on, days of the
 *   calendar and a time with its zone.
 */
export function checkPayload(payload) {
  if (!isMap(payload)) return [{ code: "schema_not_a_map", field: "" }]; // 1
  const faults = [];
  const add = (code, field) => faults.push({ code, field });
  if (typeof payload.ver !== "string" || !VERSION.test(payload.ver)) add("schema_version", "ver"); // 2
  checkName(payload, add); // 3
  const code = "dob" in payload ? checkBirthDate(payload.dob) : "schema_field_missing"; // 4
  if (code) add(code, "dob");
  const present = GROUPS.filter((group) => group in payload); // 5
  if (present.length !== 1) add("schema_group_count", "");
  for (const group of present) checkGroup(group, payload[group], add); // 6
  return faults.slice(0, MAX_FAULTS);
}

function checkName(payload, add) {
  if (!("nam" in payload)) return add("schema_field_missing", "nam");
  if (!isMap(payload.nam)) return add("schema_field_type", "nam");
  if (!("fnt" in payload.nam) && !("gnt" in payload.nam)) add("schema_name_missing", "nam");
  return checkFields(payload.nam, NAMES, (code, field) => add(code, `nam.${field}`));
}

function checkGroup(group, entries, add) {
  if (!Array.isArray(entries)) return add("schema_field_type", group);
  if (entries.length !== 1) add("schema_entry_count", group);
  for (const [place, entry] of entries.slice(0, MAX_FAULTS).entries()) {
    const name = `${group}.${place}`;
    if (isMap(entry)) checkFields(entry, ENTRIES[group], (code, field) => add(code, `${name}.${field}`));
    else add("schema_field_type", name);
  }
  return undefined;
}

function checkFields(found, fields, add) {
  for (const [field, needed, check] of fields) {
    const code = field in found ? check(found[field]) : needed ? "schema_field_missing" : null;
    if (code) add(code, field);
  }
}

function checkText(value) {
  if (typeof value !== "string") return "schema_field_type";
  return countSigns(value) > TEXT ? "schema_text_too_long" : null;
}

function checkMachineName(value) {
  return checkText(value) ?? (MACHINE_NAME.test(value) ? null : "schema_machine_name");
}

const checkAnyText = (value) => (typeof value === "string" ? null : "schema_field_type");
const checkDose = (value) => (Number.isInteger(value) && value >= 1 ? null : "schema_dose_number");

function checkCountry(value) {
  return checkAnyText(value) ?? (/[A-Z]/.test(value) ? null : "schema_country");
}

function checkBirthDate(value) {
  return checkAnyText(value) ?? (value === "" || BIRTH_DATE.test(value) ? null : "schema_birth_date");
}

function checkDay(value) {
  return checkAnyText(value) ?? (isDay(value) ? null : "schema_date");
}

function checkTime(value) {
  if (typeof value !== "string") return "schema_field_type";
  const time = TIME.exec(value);
  return time && isDay(time[1]) ? null : "schema_time";
}

function isDay(text) {
  const parts = DAY.exec(text);
  if (!parts) return false;
  const [year, month, day] = parts.slice(1).map(Number);
  const made = new Date(0);
  made.setUTCFullYear(year, month - 1, day);
  return year > 0 && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

const NAMES = [["fn", false, checkText], ["fnt", false, checkMachineName], ["gn", false, checkText], ["gnt", false, checkMachineName]];
const ISSUED = [["co", true, checkCountry], ["is", true, checkText], ["ci", true, checkText]];
const TARGET = ["tg", true, checkAnyText];
const ENTRIES = {
  v: [
    TARGET, ["vp", true, checkAnyText], ["mp", true, checkAnyText], ["ma", true, checkAnyText],
    ["dn", true, checkDose], ["sd", true, checkDose], ["dt", true, checkDay], ...ISSUED,
  ],
  t: [
    TARGET, ["tt", true, checkAnyText], ["nm", false, checkText], ["ma", false, checkAnyText],
    ["sc", true, checkTime], ["tr", true, checkAnyText], ["tc", false, checkText], ...ISSUED,
  ],
  r: [TARGET, ["fr", true, checkDay], ["df", true, checkDay], ["du", true, checkDay], ...ISSUED],
};
