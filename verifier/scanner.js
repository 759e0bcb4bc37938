// Looks for codes in pictures, beside the page, so that the page never waits for it.
import { prepareZXingModule, readBarcodes } from "./vendor/zxing-wasm/reader/index.js";

const OPTIONS = { formats: ["QRCode", "Aztec", "DataMatrix"], maxNumberOfSymbols: 1, textMode: "Plain" };
const FILE_SIDE = 2400; // pixels of the longer side of a picture that was chosen

prepareZXingModule({ fireImmediately: true }).then(() => postMessage({ ready: true }));

onmessage = async ({ data: { bitmap, hard, id } }) => {
  const text = await find(bitmap, hard);
  bitmap.close();
  postMessage({ id, text });
};

async function find(bitmap, hard) {
  const scale = Math.min(1, FILE_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white"; // a code drawn on nothing is black on black otherwise
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const found = await readBarcodes(pixels, { ...OPTIONS, tryHarder: hard, tryInvert: hard, tryRotate: hard, tryDownscale: true });
  return found.find((code) => code.isValid && code.text)?.text ?? null;
}
