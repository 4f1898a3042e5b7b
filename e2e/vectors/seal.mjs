// The sealing constructions, written a second time from their description in the
// comments of internal/seal and from the RFCs, with nothing but node:crypto. Only
// what node:crypto lacks is not computed: ML-KEM-768 and Argon2id begin from their
// recorded results.
import crypto from 'node:crypto';

export const utf8 = (s) => Buffer.from(s, 'utf8');
const cat = (...parts) => Buffer.concat(parts.map((p) => (typeof p === 'string' ? utf8(p) : Buffer.from(p))));
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };
const field = (f) => cat(u32(cat(f).length), f);
export const frame = (...fields) => cat(...fields.map(field));

export const sha256 = (...parts) => crypto.createHash('sha256').update(cat(...parts)).digest();
const sha3 = (...parts) => crypto.createHash('sha3-256').update(cat(...parts)).digest();
const shake256 = (b, n) => crypto.createHash('shake256', { outputLength: n }).update(b).digest();
const hmac = (key, ...parts) => crypto.createHmac('sha256', key).update(cat(...parts)).digest();

// HKDF, RFC 5869.
const extract = (secret, salt) => hmac(utf8(salt), secret);
function expand(prk, info, n) {
  let out = Buffer.alloc(0);
  for (let t = Buffer.alloc(0), i = 1; out.length < n; i++) {
    t = hmac(prk, t, info, [i]);
    out = cat(out, t);
  }
  return out.subarray(0, n);
}
const derive = (prk, label, ...parts) => expand(prk, frame(label, ...parts), 32);

// secretOf gives the fixed secrets of the vectors: 32 bytes that count up.
export const secretOf = (first) => Buffer.from(Array.from({ length: 32 }, (_, i) => (first + i) & 0xff));

export const compartments = { none: 0, identity: 1, dialogue: 2, investigation: 3 };

// contextOf is the injective encoding of where a thing belongs.
export function contextOf({ instance = '', case: id = '', compartment = 0, kind = '', object = '', revision = 0 }) {
  return cat([1], field(instance), field(id), [compartment], field(kind), field(object), u64(revision));
}

function gcm(key, nonce, aad, sealed) {
  const d = crypto.createDecipheriv('aes-256-gcm', key, nonce);
  d.setAAD(aad);
  d.setAuthTag(sealed.subarray(-16));
  return cat(d.update(sealed.subarray(0, -16)), d.final());
}

// padded gives the length that Padmé makes of n bytes.
function padded(n) {
  if (n <= 64) return 64;
  const e = Math.floor(Math.log2(n));
  const mask = 2 ** (e - (Math.floor(Math.log2(e)) + 1)) - 1;
  return Math.ceil(n / (mask + 1)) * (mask + 1);
}

// Construction 2, seal.
export function open(secret, context, box) {
  if (box[0] !== 1 || box[1] !== 2) throw new Error('version or suite');
  const root = extract(secret, 'klankbord/seal/1/root');
  const keys = expand(root, cat(field('klankbord/seal/1'), [2], context, box.subarray(2, 34)), 64);
  if (!keys.subarray(32).equals(box.subarray(34, 66))) throw new Error('commitment');
  const plain = gcm(keys.subarray(0, 32), Buffer.alloc(12), context, box.subarray(66));
  let n = plain.length;
  while (n > 0 && plain[n - 1] === 0) n--;
  if (plain[n - 1] !== 0x80 || padded(n) !== plain.length) throw new Error('padding');
  return plain.subarray(0, n - 1);
}

// sub is an independent key of a key.
export const sub = (secret, label, ...parts) => derive(extract(secret, 'klankbord/seal/1/root'), label, ...parts);

// X25519 with keys as bytes.
const x25519 = (priv, pub) => crypto.diffieHellman({
  privateKey: crypto.createPrivateKey({ key: cat(Buffer.from('302e020100300506032b656e04220420', 'hex'), priv), format: 'der', type: 'pkcs8' }),
  publicKey: crypto.createPublicKey({ key: cat(Buffer.from('302a300506032b656e032100', 'hex'), pub), format: 'der', type: 'spki' }),
});
const basePoint = cat([9], Buffer.alloc(31));

// xwing is the X-Wing KEM from the shared secret of its ML-KEM-768 half
// (draft-connolly-cfrg-xwing-kem 5.3: the combiner).
function xwing(seed, enc, lattice) {
  const priv = shake256(seed, 96).subarray(64);
  return sha3(lattice, x25519(priv, enc.subarray(1088)), enc.subarray(1088), x25519(priv, basePoint), utf8('\\.//^\\'));
}

// HPKE, RFC 9180: base mode, key schedule, the first message.
function hpkeOpen(shared, info, aad, sealed) {
  const suite = cat('HPKE', [0x64, 0x7a, 0x00, 0x01, 0x00, 0x02]);
  const labeledExtract = (salt, label, ikm) => hmac(salt, 'HPKE-v1', suite, label, ikm);
  const labeledExpand = (prk, label, context, n) => expand(prk, cat([n >> 8, n & 0xff], 'HPKE-v1', suite, label, context), n);
  const empty = Buffer.alloc(0);
  const schedule = cat([0], labeledExtract(empty, 'psk_id_hash', empty), labeledExtract(empty, 'info_hash', info));
  const secret = labeledExtract(shared, 'secret', empty);
  return gcm(labeledExpand(secret, 'key', schedule, 32), labeledExpand(secret, 'base_nonce', schedule, 12), aad, sealed);
}

// Construction 1, wrap. The fingerprint is that of the recipient's public key.
export function unwrap({ seed, lattice, instance, context, kind, id, fingerprint }, box) {
  if (box[0] !== 1 || box[1] !== 1) throw new Error('version or suite');
  const enc = box.subarray(2, 1122);
  const info = frame('klankbord/wrap/1', Buffer.from([1]), instance);
  return hpkeOpen(xwing(seed, enc, lattice), info, frame(context, kind, id, fingerprint), box.subarray(1122));
}

// Construction 3, append: the wrapped object key and the object.
export function split(box) {
  if (box[0] !== 1 || box[1] !== 1) throw new Error('version or suite');
  const n = box.readUInt32BE(2);
  return { wrapped: box.subarray(6, 6 + n), sealed: box.subarray(6 + n) };
}

// compartmentKeys are what one secret of a case yields.
export const compartmentKeys = (secret) => ({
  root: secret,
  derived: sub(secret, 'klankbord/compartment/1/derived'),
  seed: derive(extract(secret, 'klankbord/seal/1/root'), 'klankbord/compartment/1/kem'),
});

// Construction 4, file: an age stream (age-encryption.org/v1) under a key from the
// manifest.
export function openPart(fileKey, part) {
  const head = utf8('age-encryption.org/v1\n-> klankbord 1\n\n---');
  if (!part.subarray(0, head.length).equals(head)) throw new Error('header');
  const mac = hmac(expand(extract(fileKey, ''), utf8('header'), 32), head).toString('base64').replace(/=+$/, '');
  const line = utf8(` ${mac}\n`);
  if (!part.subarray(head.length, head.length + line.length).equals(line)) throw new Error('header mac');
  const body = part.subarray(head.length + line.length);
  const key = expand(extract(fileKey, body.subarray(0, 16)), utf8('payload'), 32);
  let out = Buffer.alloc(0);
  for (let at = 16, n = 0; at < body.length; n++) {
    const chunk = body.subarray(at, at + 65536 + 16);
    at += chunk.length;
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(n, 7);
    nonce[11] = at === body.length ? 1 : 0;
    const d = crypto.createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
    d.setAuthTag(chunk.subarray(-16));
    out = cat(out, d.update(chunk.subarray(0, -16)), d.final());
  }
  return out;
}

// reader takes a record apart as appendField wrote it.
export class Reader {
  constructor(b) { this.b = b; this.at = 0; }
  take(n) { if (this.at + n > this.b.length) throw new Error('short'); return this.b.subarray(this.at, (this.at += n)); }
  byte() { return this.take(1)[0]; }
  u32() { return this.take(4).readUInt32BE(); }
  u64() { return Number(this.take(8).readBigUInt64BE()); }
  field() { return this.take(this.u32()); }
  end() { if (this.at !== this.b.length) throw new Error(`${this.b.length - this.at} bytes too many`); }
}

// manifest of a file.
export function manifestOf(b) {
  const r = new Reader(b);
  if (r.byte() !== 1) throw new Error('version');
  const m = { name: r.field().toString(), type: r.field().toString(), complete: r.byte() === 1, size: r.u64(), parts: [] };
  for (let n = r.u32(); n > 0; n--) {
    m.parts.push({ blob: r.field().toString(), size: r.u64(), sealedSize: r.u64(), key: r.take(16), sum: r.take(32) });
  }
  r.end();
  return m;
}

// Construction 5, stamp.
export function stamp(instanceSecret, context, epoch, payload, author) {
  const key = derive(extract(instanceSecret, 'klankbord/instance/1'), 'klankbord/instance/1/stamp');
  return cat([1], hmac(key, field('klankbord/stamp/1'), context, u32(epoch), sha256(payload), field(author)));
}

export const subkey = (instanceSecret, label) =>
  derive(extract(instanceSecret, 'klankbord/instance/1'), 'klankbord/instance/1/subkey', label);

const ed25519 = (seed) => crypto.createPrivateKey({ key: cat(Buffer.from('302e020100300506032b657004220420', 'hex'), seed), format: 'der', type: 'pkcs8' });
export const ed25519Public = (seed) => crypto.createPublicKey(ed25519(seed)).export({ format: 'der', type: 'spki' }).subarray(-32);
export const checkpointSeed = (instanceSecret) =>
  derive(extract(instanceSecret, 'klankbord/instance/1'), 'klankbord/instance/1/checkpoint');
export const sign = (seed, context, message) => crypto.sign(null, frame('klankbord/sign/1', context, message), ed25519(seed));

// memberKeys are what a member's seed yields.
export function memberKeys(seed) {
  const prk = extract(seed, 'klankbord/member/1');
  const key = (use) => derive(prk, `klankbord/member/1/${use}`);
  return { kem: key('kem'), keyring: key('keyring'), personal: key('personal'), sign: key('sign'), factors: key('factors') };
}

// memberSecret is what an envelope holds.
export function memberSecret(b) {
  const r = new Reader(b);
  if (r.byte() !== 1) throw new Error('version');
  const m = { seed: r.take(32), secondFactor: r.byte() === 1 };
  r.end();
  return m;
}

// A passkey: what its function is asked, and what of its result goes into the envelope.
export const passkeyInput = (instance) => sha256(frame('klankbord/passkey/1/input', instance));
export const passkeySecret = (result, credential, instance, member) =>
  derive(extract(result, frame('klankbord/passkey/1', credential)), 'klankbord/passkey/1/envelope', instance, member);

// blind stands for something in the database without telling it.
export const blind = (secret, use, ...parts) =>
  derive(extract(secret, 'klankbord/seal/1/root'), 'klankbord/blind/1', use, ...parts).toString('hex');

// Codes: 128 bits and a check of 12, as 28 symbols.
export function codeText(bits) {
  const check = sha256('klankbord/code/1/check', bits);
  const all = [...bits, check[0], check[1]].map((b) => b.toString(2).padStart(8, '0')).join('').slice(0, 140);
  return all.match(/.{5}/g).map((five) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[parseInt(five, 2)]).join('').match(/.{4}/g).join('-');
}
export function codeDerive(bits, instance, use, purpose) {
  return derive(hmac(frame('klankbord/code/1', instance), bits), `klankbord/code/1${use}`, purpose);
}

// Tokens: the secret in a cookie.
const tokenDerive = (secret, use) => derive(extract(secret, 'klankbord/token/1'), `klankbord/token/1${use}`);
export const tokenID = (secret) => sha256(tokenDerive(secret, '/id')).toString('hex');
export const tokenWithPepper = (secret, pepper) => sub(pepper, 'klankbord/token/1/peppered', tokenDerive(secret, '/with-pepper'));

// keyFile is the one line of a key file.
export function keyFile(kind, secret) {
  const raw = cat(secret, sha256(kind, secret).subarray(0, 4));
  return `${kind} ${raw.toString('base64url')}\n`;
}

// payloadOf lists the compartments of a grant or of a row of the keyring.
export function payloadOf(b) {
  const r = new Reader(b);
  if (r.byte() !== 1) throw new Error('version');
  const list = [];
  while (r.at < b.length) list.push({ compartment: r.byte(), gated: r.byte() === 1, secret: r.field() });
  return list;
}
