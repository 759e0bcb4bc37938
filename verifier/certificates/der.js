// DER as certificates have it: one value after the other, each with its tag. Source: ITU-T X.690.

/** Bytes are no DER. */
export class NoDer extends Error {}

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const OBJECT = 0x06;

/** Read the values that fill `bytes`; throws NoDer. Each has its tag, its content, and itself whole. */
export function readValues(bytes) {
  const values = [];
  for (let at = 0; at < bytes.length; ) {
    const value = readValue(bytes, at);
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

/** Read one value that fills `bytes` and has this tag, and give the values in it; throws NoDer. */
export function openSequence(bytes, tag = SEQUENCE) {
  const values = readValues(bytes);
  if (values.length !== 1 || values[0].tag !== tag) throw new NoDer();
  return readValues(values[0].content);
}

/** Give an object identifier as numbers with dots. */
export function readObject(value) {
  if (value?.tag !== OBJECT || !value.content.length) throw new NoDer();
  const numbers = [];
  let number = 0;
  for (const byte of value.content) {
    number = number * 128 + (byte & 127);
    if (byte < 128) {
      numbers.push(number);
      number = 0;
    }
  }
  const first = Math.min(2, Math.floor(numbers[0] / 40));
  return [first, numbers[0] - 40 * first, ...numbers.slice(1)].join(".");
}

function readValue(bytes, begin) {
  const tag = bytes[begin];
  let at = begin + 1;
  if ((tag & 31) === 31) throw new NoDer(); // no certificate has such tags
  let length = bytes[at++];
  if (length > 127) {
    const size = length & 127;
    if (size === 0 || size > 4) throw new NoDer();
    length = 0;
    for (let done = 0; done < size; done += 1) length = length * 256 + bytes[at++];
  }
  if (!(at + length <= bytes.length)) throw new NoDer();
  return { tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(begin, at + length) };
}
