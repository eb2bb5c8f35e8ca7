/*
 * AssemblyScript, compiled by scripts/codegen/piece-hash-kernel.ts: the tree of a piece, four nodes at a time.
 *
 * A node is SHA-256(left || right) with the two top bits of its last byte cleared. Lane j of every vector hashes
 * the j-th quarter of the input. So siblings lie one after the other in memory, and above the leaves nothing is
 * transposed. A node of all four quarters is eight vectors: vector i holds the four words i.
 *
 * How equal expressions are written decides how V8 allocates registers, and that decides the speed: measure any
 * change with scripts/bench/piece-hash.ts.
 */

/** Bytes of a node of each of the four quarters. */
const NODE: usize = 128;
/** Payload bytes that make four leaves. */
const QUAD: usize = 127;

/** SHA-256's 64 round constants. */
const ROUNDS = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
/** The same plus the message schedule of a node's second block, which is always the padding after 64 bytes. */
const PADDING = memory.data(256);
/** Nodes that wait for their right siblings (at most 11 in a quarter), and four leaves above them. */
const STACK = memory.data(20 * 128, 16);

/** Where `hash` finds 127 * 2^height / 4 payload bytes. It reads four more, whatever they are. */
export const input = memory.data(1040384 + 16, 16);
/** Where `hash` leaves a node, 32 bytes. */
export const output = memory.data(32);

preparePadding();

/** Writes the root of 2^height leaves (height 2 to 15) to `output`. Heights 2 and 3 read as much as 4. */
export function hash(height: i32): void {
  const quads: u32 = height > 4 ? 1 << (height - 4) : 1;
  let top: usize = STACK;
  let at: usize = input;
  for (let quad: u32 = 0; quad < quads; quad++) {
    leaves(at, <usize>quads * QUAD, top);
    node(top, top);
    node(top + 2 * NODE, top + NODE);
    node(top, top);
    for (let left = quad; left & 1; left >>= 1) {
      top -= NODE;
      node(top, top);
    }
    top += NODE;
    at += QUAD;
  }
  if (height > 2) joinLanes();
  if (height > 3) joinLanes();
  for (let word: usize = 0; word < 8; word++) {
    store<u32>(output + word * 4, bswap(load<u32>(STACK + word * 16)));
  }
}

/** Joins the nodes of neighbouring quarters, into the lower lanes. */
function joinLanes(): void {
  for (let word: usize = 0; word < 8; word++) {
    const lanes = v128.load(STACK + word * 16);
    v128.store(STACK + word * 16, v128.shuffle<u32>(lanes, lanes, 0, 2, 0, 2));
    v128.store(STACK + NODE + word * 16, v128.shuffle<u32>(lanes, lanes, 1, 3, 1, 3));
  }
  node(STACK, STACK);
}

/** Four leaves of each quarter, fr32 (254 bits of payload, two zero bits), to four nodes at `to`. */
function leaves(from: usize, quarter: usize, to: usize): void {
  words(from, quarter, to, 0, -1);
  words(from + 16, quarter, to + 64, 0, 0x3fffffff);
  words(from + 31, quarter, to + NODE, 6, -1);
  words(from + 47, quarter, to + NODE + 64, 6, 0x3fffffff);
  words(from + 63, quarter, to + 2 * NODE, 4, -1);
  words(from + 79, quarter, to + 2 * NODE + 64, 4, 0x3fffffff);
  words(from + 95, quarter, to + 3 * NODE, 2, -1);
  words(from + 111, quarter, to + 3 * NODE + 64, 2, 0x3fffffff);
}

/** Four words of a leaf of each quarter, from bit `shift` of the byte at `from` on; the last one masked. */
@inline
function words(from: usize, quarter: usize, to: usize, shift: i32, mask: i32): void {
  const q0 = bits(from, shift, mask);
  const q1 = bits(from + quarter, shift, mask);
  const q2 = bits(from + 2 * quarter, shift, mask);
  const q3 = bits(from + 3 * quarter, shift, mask);
  const low01 = v128.shuffle<u32>(q0, q1, 0, 4, 1, 5);
  const low23 = v128.shuffle<u32>(q2, q3, 0, 4, 1, 5);
  const high01 = v128.shuffle<u32>(q0, q1, 2, 6, 3, 7);
  const high23 = v128.shuffle<u32>(q2, q3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<u64>(low01, low23, 0, 2));
  v128.store(to + 16, v128.shuffle<u64>(low01, low23, 1, 3));
  v128.store(to + 32, v128.shuffle<u64>(high01, high23, 0, 2));
  v128.store(to + 48, v128.shuffle<u64>(high01, high23, 1, 3));
}

/** 128 bits of payload as four big-endian words. */
@inline
function bits(from: usize, shift: i32, mask: i32): v128 {
  let words = v128.load(from);
  if (shift) words = v128.or(v128.shr<u32>(words, shift), v128.shl<u32>(v128.load(from + 4), 32 - shift));
  if (mask != -1) words = v128.and(words, i32x4(-1, -1, -1, mask));
  return v128.shuffle<u8>(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** SHA-256 of the two nodes at `from`, truncated, to `to`. */
function node(from: usize, to: usize): void {
  let w0 = v128.load(from + 0);
  let w1 = v128.load(from + 16);
  let w2 = v128.load(from + 32);
  let w3 = v128.load(from + 48);
  let w4 = v128.load(from + 64);
  let w5 = v128.load(from + 80);
  let w6 = v128.load(from + 96);
  let w7 = v128.load(from + 112);
  let w8 = v128.load(from + 128);
  let w9 = v128.load(from + 144);
  let w10 = v128.load(from + 160);
  let w11 = v128.load(from + 176);
  let w12 = v128.load(from + 192);
  let w13 = v128.load(from + 208);
  let w14 = v128.load(from + 224);
  let w15 = v128.load(from + 240);
  let t: v128;

  // The first round: with the initial state, all but the message word is constant.
  let h = v128.add<i32>(w0, v128.splat<i32>(0xfc08884d));
  let d = v128.add<i32>(w0, v128.splat<i32>(0x98c7e2a2));
  let a = v128.splat<i32>(0x6a09e667);
  let b = v128.splat<i32>(0xbb67ae85);
  let c = v128.splat<i32>(0x3c6ef372);
  let e = v128.splat<i32>(0x510e527f);
  let f = v128.splat<i32>(0x9b05688c);
  let g = v128.splat<i32>(0x1f83d9ab);
  t = t1(d, e, f, g, v128.add<i32>(w1, k(ROUNDS + 4))); g = addT2(t, h, a, b); c = v128.add<i32>(c, t);
  t = t1(c, d, e, f, v128.add<i32>(w2, k(ROUNDS + 8))); f = addT2(t, g, h, a); b = v128.add<i32>(b, t);
  t = t1(b, c, d, e, v128.add<i32>(w3, k(ROUNDS + 12))); e = addT2(t, f, g, h); a = v128.add<i32>(a, t);
  t = t1(a, b, c, d, v128.add<i32>(w4, k(ROUNDS + 16))); d = addT2(t, e, f, g); h = v128.add<i32>(h, t);
  t = t1(h, a, b, c, v128.add<i32>(w5, k(ROUNDS + 20))); c = addT2(t, d, e, f); g = v128.add<i32>(g, t);
  t = t1(g, h, a, b, v128.add<i32>(w6, k(ROUNDS + 24))); b = addT2(t, c, d, e); f = v128.add<i32>(f, t);
  t = t1(f, g, h, a, v128.add<i32>(w7, k(ROUNDS + 28))); a = addT2(t, b, c, d); e = v128.add<i32>(e, t);
  t = t1(e, f, g, h, v128.add<i32>(w8, k(ROUNDS + 32))); h = addT2(t, a, b, c); d = v128.add<i32>(d, t);
  t = t1(d, e, f, g, v128.add<i32>(w9, k(ROUNDS + 36))); g = addT2(t, h, a, b); c = v128.add<i32>(c, t);
  t = t1(c, d, e, f, v128.add<i32>(w10, k(ROUNDS + 40))); f = addT2(t, g, h, a); b = v128.add<i32>(b, t);
  t = t1(b, c, d, e, v128.add<i32>(w11, k(ROUNDS + 44))); e = addT2(t, f, g, h); a = v128.add<i32>(a, t);
  t = t1(a, b, c, d, v128.add<i32>(w12, k(ROUNDS + 48))); d = addT2(t, e, f, g); h = v128.add<i32>(h, t);
  t = t1(h, a, b, c, v128.add<i32>(w13, k(ROUNDS + 52))); c = addT2(t, d, e, f); g = v128.add<i32>(g, t);
  t = t1(g, h, a, b, v128.add<i32>(w14, k(ROUNDS + 56))); b = addT2(t, c, d, e); f = v128.add<i32>(f, t);
  t = t1(f, g, h, a, v128.add<i32>(w15, k(ROUNDS + 60))); a = addT2(t, b, c, d); e = v128.add<i32>(e, t);
  for (let at = ROUNDS + 64; at < ROUNDS + 256; at += 64) {
    w0 = word(w0, w1, w9, w14);
    t = t1(e, f, g, h, v128.add<i32>(w0, k(at + 0))); h = addT2(t, a, b, c); d = v128.add<i32>(d, t);
    w1 = word(w1, w2, w10, w15);
    t = t1(d, e, f, g, v128.add<i32>(w1, k(at + 4))); g = addT2(t, h, a, b); c = v128.add<i32>(c, t);
    w2 = word(w2, w3, w11, w0);
    t = t1(c, d, e, f, v128.add<i32>(w2, k(at + 8))); f = addT2(t, g, h, a); b = v128.add<i32>(b, t);
    w3 = word(w3, w4, w12, w1);
    t = t1(b, c, d, e, v128.add<i32>(w3, k(at + 12))); e = addT2(t, f, g, h); a = v128.add<i32>(a, t);
    w4 = word(w4, w5, w13, w2);
    t = t1(a, b, c, d, v128.add<i32>(w4, k(at + 16))); d = addT2(t, e, f, g); h = v128.add<i32>(h, t);
    w5 = word(w5, w6, w14, w3);
    t = t1(h, a, b, c, v128.add<i32>(w5, k(at + 20))); c = addT2(t, d, e, f); g = v128.add<i32>(g, t);
    w6 = word(w6, w7, w15, w4);
    t = t1(g, h, a, b, v128.add<i32>(w6, k(at + 24))); b = addT2(t, c, d, e); f = v128.add<i32>(f, t);
    w7 = word(w7, w8, w0, w5);
    t = t1(f, g, h, a, v128.add<i32>(w7, k(at + 28))); a = addT2(t, b, c, d); e = v128.add<i32>(e, t);
    w8 = word(w8, w9, w1, w6);
    t = t1(e, f, g, h, v128.add<i32>(w8, k(at + 32))); h = addT2(t, a, b, c); d = v128.add<i32>(d, t);
    w9 = word(w9, w10, w2, w7);
    t = t1(d, e, f, g, v128.add<i32>(w9, k(at + 36))); g = addT2(t, h, a, b); c = v128.add<i32>(c, t);
    w10 = word(w10, w11, w3, w8);
    t = t1(c, d, e, f, v128.add<i32>(w10, k(at + 40))); f = addT2(t, g, h, a); b = v128.add<i32>(b, t);
    w11 = word(w11, w12, w4, w9);
    t = t1(b, c, d, e, v128.add<i32>(w11, k(at + 44))); e = addT2(t, f, g, h); a = v128.add<i32>(a, t);
    w12 = word(w12, w13, w5, w10);
    t = t1(a, b, c, d, v128.add<i32>(w12, k(at + 48))); d = addT2(t, e, f, g); h = v128.add<i32>(h, t);
    w13 = word(w13, w14, w6, w11);
    t = t1(h, a, b, c, v128.add<i32>(w13, k(at + 52))); c = addT2(t, d, e, f); g = v128.add<i32>(g, t);
    w14 = word(w14, w15, w7, w12);
    t = t1(g, h, a, b, v128.add<i32>(w14, k(at + 56))); b = addT2(t, c, d, e); f = v128.add<i32>(f, t);
    w15 = word(w15, w0, w8, w13);
    t = t1(f, g, h, a, v128.add<i32>(w15, k(at + 60))); a = addT2(t, b, c, d); e = v128.add<i32>(e, t);
  }

  v128.store(to + 0, a = v128.add<i32>(a, v128.splat<i32>(0x6a09e667)));
  v128.store(to + 16, b = v128.add<i32>(b, v128.splat<i32>(0xbb67ae85)));
  v128.store(to + 32, c = v128.add<i32>(c, v128.splat<i32>(0x3c6ef372)));
  v128.store(to + 48, d = v128.add<i32>(d, v128.splat<i32>(0xa54ff53a)));
  v128.store(to + 64, e = v128.add<i32>(e, v128.splat<i32>(0x510e527f)));
  v128.store(to + 80, f = v128.add<i32>(f, v128.splat<i32>(0x9b05688c)));
  v128.store(to + 96, g = v128.add<i32>(g, v128.splat<i32>(0x1f83d9ab)));
  v128.store(to + 112, h = v128.add<i32>(h, v128.splat<i32>(0x5be0cd19)));
  for (let at = PADDING; at < PADDING + 256; at += 32) {
    t = t1(e, f, g, h, k(at + 0)); h = addT2(t, a, b, c); d = v128.add<i32>(d, t);
    t = t1(d, e, f, g, k(at + 4)); g = addT2(t, h, a, b); c = v128.add<i32>(c, t);
    t = t1(c, d, e, f, k(at + 8)); f = addT2(t, g, h, a); b = v128.add<i32>(b, t);
    t = t1(b, c, d, e, k(at + 12)); e = addT2(t, f, g, h); a = v128.add<i32>(a, t);
    t = t1(a, b, c, d, k(at + 16)); d = addT2(t, e, f, g); h = v128.add<i32>(h, t);
    t = t1(h, a, b, c, k(at + 20)); c = addT2(t, d, e, f); g = v128.add<i32>(g, t);
    t = t1(g, h, a, b, k(at + 24)); b = addT2(t, c, d, e); f = v128.add<i32>(f, t);
    t = t1(f, g, h, a, k(at + 28)); a = addT2(t, b, c, d); e = v128.add<i32>(e, t);
  }
  v128.store(to + 0, v128.add<i32>(a, v128.load(to + 0)));
  v128.store(to + 16, v128.add<i32>(b, v128.load(to + 16)));
  v128.store(to + 32, v128.add<i32>(c, v128.load(to + 32)));
  v128.store(to + 48, v128.add<i32>(d, v128.load(to + 48)));
  v128.store(to + 64, v128.add<i32>(e, v128.load(to + 64)));
  v128.store(to + 80, v128.add<i32>(f, v128.load(to + 80)));
  v128.store(to + 96, v128.add<i32>(g, v128.load(to + 96)));
  v128.store(to + 112, v128.and(v128.add<i32>(h, v128.load(to + 112)), v128.splat<i32>(0xffffff3f)));
}

/** The constant of a round, in every lane. */
@inline
function k(at: usize): v128 {
  return v128.load_splat<u32>(at);
}

/** FIPS 180-4's T1 of a round; `kw` is the round's constant plus its message word. */
@inline
function t1(e: v128, f: v128, g: v128, h: v128, kw: v128): v128 {
  const ch = v128.xor(g, v128.and(e, v128.xor(f, g)));
  return v128.add<i32>(v128.add<i32>(v128.add<i32>(h, kw), ch), rotations(e, 6, 11, 25));
}

/** T1 + T2. */
@inline
function addT2(t1: v128, a: v128, b: v128, c: v128): v128 {
  const maj = v128.xor(b, v128.and(v128.xor(a, b), v128.xor(b, c)));
  return v128.add<i32>(v128.add<i32>(t1, maj), rotations(a, 2, 13, 22));
}

/** The next word of the message schedule. */
@inline
function word(w0: v128, w1: v128, w9: v128, w14: v128): v128 {
  return v128.add<i32>(v128.add<i32>(v128.add<i32>(w0, w9), sigma(w1, 7, 18, 3)), sigma(w14, 17, 19, 10));
}

@inline
function rotations(x: v128, i: i32, j: i32, k: i32): v128 {
  return v128.xor(sigma(x, i, j, k), v128.shl<i32>(x, 32 - k));
}

/** Two rotations and a shift. */
@inline
function sigma(x: v128, i: i32, j: i32, k: i32): v128 {
  let y = v128.shr<u32>(x, i);
  y = v128.xor(y, v128.shl<i32>(x, 32 - i));
  y = v128.xor(y, v128.shr<u32>(x, j));
  y = v128.xor(y, v128.shl<i32>(x, 32 - j));
  return v128.xor(y, v128.shr<u32>(x, k));
}

function preparePadding(): void {
  store<u32>(PADDING, 0x80000000);
  store<u32>(PADDING + 60, 512);
  for (let at = PADDING + 64; at < PADDING + 256; at += 4) {
    const w1 = load<u32>(at - 60);
    const w14 = load<u32>(at - 8);
    const sigma0 = rotr(w1, 7) ^ rotr(w1, 18) ^ (w1 >> 3);
    const sigma1 = rotr(w14, 17) ^ rotr(w14, 19) ^ (w14 >> 10);
    store<u32>(at, load<u32>(at - 64) + sigma0 + load<u32>(at - 28) + sigma1);
  }
  for (let at: usize = 0; at < 256; at += 4) {
    store<u32>(PADDING + at, load<u32>(PADDING + at) + load<u32>(ROUNDS + at));
  }
}
