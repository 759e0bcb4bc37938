// A verdict for ears and hands: rising for accepted, falling for refused, one tone for what needs eyes.
import { settings } from "./settings.js";

const SIGNALS = {
  good: { tones: [660, 990], buzz: [90] },
  bad: { tones: [330, 220], buzz: [300, 120, 300] },
  stop: { tones: [440, 330], buzz: [160, 100, 160] },
  look: { tones: [520], buzz: [60, 60, 60] },
};
const LENGTH = 0.16; // seconds of a tone
let context = null;

/** Make sound possible; a browser wants that done by a touch. */
export function wake() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

/** Give the signal of a tone of verdicts. */
export function signal(tone) {
  if (!settings.sound) return;
  const { tones, buzz } = SIGNALS[tone];
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(buzz);
  if (context?.state !== "running") return;
  tones.forEach((height, place) => play(height, context.currentTime + place * LENGTH));
}

function play(height, begin) {
  const [tone, loudness] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = height;
  loudness.gain.setValueAtTime(0.25, begin);
  loudness.gain.exponentialRampToValueAtTime(0.001, begin + LENGTH);
  tone.connect(loudness).connect(context.destination);
  tone.start(begin);
  tone.stop(begin + LENGTH);
}
