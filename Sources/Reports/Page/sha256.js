"use strict";
// SHA-256 (FIPS 180-4), since a page that is opened from disk may have no SubtleCrypto.

const roundConstants = (() => {
  const constants = [];
  for (let candidate = 2; constants.length < 64; candidate++) {
    let isPrime = true;
    for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) { isPrime = false; break; }
    if (!isPrime) continue;
    const root = Math.cbrt(candidate);
    constants.push(Math.floor((root - Math.floor(root)) * 2 ** 32) | 0);
  }
  return constants;
})();

/** The digest of bytes, as 32 bytes. */
function sha256(bytes) {
  const length = bytes.length;
  const padded = new Uint8Array(((length + 8) >> 6 << 6) + 64);
  padded.set(bytes);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(padded.length - 4, (length << 3) >>> 0);
  const state = new Int32Array([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]);
  const words = new Int32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let start = 0; start < padded.length; start += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(start + 4 * i);
    for (let i = 16; i < 64; i++) {
      const a = words[i - 15], b = words[i - 2];
      words[i] = words[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3))
        + words[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g))
        + roundConstants[i] + words[i]) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + first) | 0; d = c; c = b; b = a; a = (first + second) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] = (state[i] + value) | 0; });
  }
  const digest = new Uint8Array(32);
  state.forEach((value, i) => new DataView(digest.buffer).setInt32(4 * i, value));
  return digest;
}

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

function joined(...parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) { bytes.set(part, place); place += part.length; }
  return bytes;
}

/** Canonical JSON (RFC 8785) of a parsed value: JavaScript writes numbers and texts as the standard asks. */
function canonical(value) {
  if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return "{" + Object.keys(value).sort().map((key) =>
    JSON.stringify(key) + ":" + canonical(value[key])).join(",") + "}";
}

/** The head of the hash chain over the lines of an event log (replicate/chain/v1). */
function chainHead(recordID, text) {
  let head = sha256(joined(utf8("replicate/chain/v1"), new Uint8Array(1), utf8(recordID)));
  let count = 0;
  for (const line of text.split("\n").slice(0, -1)) {
    const bytes = utf8(line + "\n");
    const length = new Uint8Array(8);
    new DataView(length.buffer).setUint32(4, bytes.length);
    head = sha256(joined(head, length, bytes));
    count += 1;
  }
  return { head: hex(head), count };
}

/** The root of the RFC 6962 tree over leaves. */
function merkleRoot(leaves) {
  let level = leaves.map((leaf) => sha256(joined(new Uint8Array(1), leaf)));
  if (level.length === 0) return hex(sha256(new Uint8Array(0)));
  while (level.length > 1) {
    const next = [];
    for (let i = 0; i < level.length; i += 2) {
      // A node without a sibling goes up as it is: that is where the tree splits at a power of two.
      next.push(i + 1 < level.length
        ? sha256(joined(new Uint8Array([1]), level[i], level[i + 1])) : level[i]);
    }
    level = next;
  }
  return hex(level[0]);
}
