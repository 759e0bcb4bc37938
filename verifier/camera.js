// The camera: frames to the scanner, one at a time; the light; pictures that were chosen.

const SIDE = 1280; // pixels that are asked of a camera: enough for a dense code, little enough for a slow phone
const EVERY_HARD = 4; // so many frames are looked at quickly before one is looked at with all means
const PAUSE = 60; // milliseconds between frames, so that a slow phone stays cool

/** The scanner in its worker. */
export class Scanner {
  constructor() {
    this.worker = new Worker(new URL("scanner.js", import.meta.url), { type: "module" });
    this.waiting = new Map();
    this.count = 0;
    this.ready = new Promise((resolve) => {
      this.worker.onmessage = ({ data }) => {
        if (data.ready) resolve();
        this.waiting.get(data.id)?.(data.text);
        this.waiting.delete(data.id);
      };
    });
  }

  /** Give the text of a code in a picture, null where there is none. */
  find(bitmap, { hard }) {
    const id = (this.count += 1);
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ bitmap, hard, id }, [bitmap]);
    });
  }

  /** Give the text of a code in a file, null where there is none; throws where it is no picture. */
  async findInFile(file) {
    return this.find(await createImageBitmap(file), { hard: true });
  }
}

/** A camera that looks for codes until it is told to stop; `onText` is called with each. */
export class Camera {
  constructor({ video, scanner, onText }) {
    Object.assign(this, { video, scanner, onText, stream: null, looking: false, light: false });
  }

  get on() {
    return this.stream !== null;
  }

  /** Start; throws what the browser says where there is no camera or it may not be used. */
  async start() {
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: SIDE }, height: { ideal: SIDE } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.resume();
  }

  stop() {
    this.looking = false;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  pause() {
    this.looking = false;
    this.video.pause();
  }

  resume() {
    if (this.looking || !this.on) return;
    this.looking = true;
    this.video.play();
    this.lookOn();
  }

  get hasLight() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  async switchLight() {
    this.light = !this.light;
    await this.track.applyConstraints({ advanced: [{ torch: this.light }] });
    return this.light;
  }

  get track() {
    return this.stream?.getVideoTracks()[0];
  }

  async lookOn() {
    await this.scanner.ready;
    for (let frame = 1; this.looking; frame += 1) {
      const text = this.video.videoWidth ? await this.look(frame % EVERY_HARD === 0) : null;
      if (text && this.looking) this.onText(text);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  async look(hard) {
    return this.scanner.find(await createImageBitmap(this.video), { hard });
  }
}
