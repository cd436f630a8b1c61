// Writes numbers.json: doubles by their bits, and the text that ECMAScript gives them.
//
//     node make_numbers.js > numbers.json
//
// Edge cases, every power of ten, neighbours of powers of two, and random bit patterns of a seeded generator.
"use strict";
const view = new DataView(new ArrayBuffer(8));
const bits = (x) => (view.setFloat64(0, x), view.getBigUint64(0).toString(16).padStart(16, "0"));
const fromBits = (b) => (view.setBigUint64(0, b), view.getFloat64(0));

const seed = 20250601n;
let state = seed;
const next = () => {  // SplitMix64
  state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
  let z = state;
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
};

// RFC 8785, appendix B.
const values = [
  "0000000000000000", "8000000000000000", "0000000000000001", "8000000000000001",
  "7fefffffffffffff", "ffefffffffffffff", "4340000000000000", "c340000000000000",
  "4430000000000000", "44b52d02c7e14af5", "44b52d02c7e14af6", "44b52d02c7e14af7",
  "444b1ae4d6e2ef4e", "444b1ae4d6e2ef4f", "444b1ae4d6e2ef50", "3eb0c6f7a0b5ed8c",
  "3eb0c6f7a0b5ed8d", "41b3de4355555553", "41b3de4355555554", "41b3de4355555555",
  "41b3de4355555556", "41b3de4355555557", "becbf647612f3696", "43143ff3c1cb0959",
].map((text) => fromBits(BigInt("0x" + text)));
for (let e = -324; e <= 308; e++) values.push(Number("1e" + e), Number("-9.5e" + e));
for (let e = -30; e <= 80; e++) {
  const b = BigInt("0x" + bits(2 ** e));
  for (const d of [-1n, 0n, 1n]) values.push(fromBits(b + d));
}
for (let i = 0; i < 600; i++) values.push(fromBits(next()));
for (let i = 0; i < 300; i++) values.push(Number(next() >> 40n) / 10 ** Number(next() & 7n));
const finite = values.filter(Number.isFinite);
process.stdout.write(
  JSON.stringify({ node: process.version, v8: process.versions.v8, seed: String(seed),
    numbers: finite.map((x) => [bits(x), JSON.stringify(x)]) }).replaceAll("],[", "],\n[") + "\n");
