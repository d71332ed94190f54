// An SMSC on node-smpp, for the interoperability tests. It has no opinion on what Noroshi should do: it says in JSON
// lines on standard output what came, decoded by node-smpp and iconv-lite, and does what JSON lines on standard input ask.
// `smsc.mjs ACCOUNTS.json [CERT.pem KEY.pem]`
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import iconv from 'iconv-lite';
import smpp from 'smpp';

const [accountsFile, certFile, keyFile] = process.argv.slice(2);
const accounts = JSON.parse(readFileSync(accountsFile, 'utf8'));
const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');

// node-smpp gives decoded texts only: the octets are taken on their way into its decoder.
const octetsOf = new WeakMap();
const libraryDecode = smpp.filters.message.decode;
smpp.filters.message.decode = function (value, skipHeader) {
  if (Buffer.isBuffer(value)) {
    const kept = octetsOf.get(this) ?? {};
    kept[value === this.short_message ? 'short' : 'payload'] = Buffer.from(value);
    octetsOf.set(this, kept);
  }
  return libraryDecode.call(this, value, skipHeader);
};
smpp.addCommand('interop_unknown', { id: 0x00000777 });

// --- text ---


function readDefault(octets, alphabet, header) {
  if (alphabet === 'latin1') return smpp.encodings.LATIN1.decode(octets);
  if (alphabet === 'ascii') return iconv.decode(octets, 'ascii');
  if (alphabet === 'gsm7_packed') return smpp.encodings.ASCII.decode(unpack(octets, header));
  return smpp.encodings.ASCII.decode(octets);
}

function readText(octets, dcs, alphabet, header) {
  switch (dcs) {
    case 3:
      return smpp.encodings.LATIN1.decode(octets);
    case 8:
    case 0x18:
      return smpp.encodings.UCS2.decode(octets);
    default:
      return readDefault(octets, alphabet, header);
  }
}

const fill = (header) => (7 - ((header * 8) % 7)) % 7;

function unpack(octets, header) {
  const skip = fill(header);
  const count = Math.floor((octets.length * 8 - skip) / 7);
  const septets = Buffer.alloc(count);
  for (let i = 0; i < count * 7; i++) {
    const at = skip + i;
    if ((octets[at >> 3] >> (at & 7)) & 1) septets[Math.floor(i / 7)] |= 1 << (i % 7);
  }
  // A carriage return in the last septet, at the end of an octet, is padding.
  const full = (skip + count * 7) % 8 === 0;
  return full && septets[count - 1] === 0x0d ? septets.subarray(0, count - 1) : septets;
}

function pack(septets, header) {
  const skip = fill(header);
  const bits = skip + septets.length * 7;
  let padded = septets;
  if (bits % 8 === 1) padded = Buffer.concat([septets, Buffer.from([0x0d])]);
  const octets = Buffer.alloc(Math.ceil((skip + padded.length * 7) / 8));
  padded.forEach((septet, n) => {
    for (let bit = 0; bit < 7; bit++) {
      const at = skip + n * 7 + bit;
      if ((septet >> bit) & 1) octets[at >> 3] |= 1 << (at & 7);
    }
  });
  return octets;
}

// JIS X 0208 and 0212 come out of EUC-JP by taking the high bits off.
function jis(text, escapes) {
  const out = [];
  let set = 'B';
  const change = (next, sequence) => {
    if (escapes && set !== next) out.push(0x1b, ...Buffer.from(sequence));
    set = next;
  };
  for (const character of text) {
    const euc = iconv.encode(character, 'eucjp');
    if (euc.length === 1) {
      change('B', '(B');
      out.push(euc[0]);
    } else if (euc.length === 2) {
      change('$B', '$B');
      out.push(euc[0] & 0x7f, euc[1] & 0x7f);
    } else {
      change('$D', '$(D');
      out.push(euc[1] & 0x7f, euc[2] & 0x7f);
    }
  }
  change('B', '(B');
  return Buffer.from(out);
}

function writeText(text, charset) {
  switch (charset) {
    case 'gsm7':
      return smpp.encodings.ASCII.encode(text);
    case 'latin1':
      return smpp.encodings.LATIN1.encode(text);
    case 'ucs2':
      return smpp.encodings.UCS2.encode(text);
    case 'ucs2_bom':
      return Buffer.concat([Buffer.from([0xfe, 0xff]), smpp.encodings.UCS2.encode(text)]);
    case 'ucs2_le':
      return Buffer.concat([Buffer.from([0xff, 0xfe]), iconv.encode(text, 'utf16-le')]);
    case 'iso2022_jp':
      return jis(text, true);
    case 'jis_x0212':
      return jis(text, false);
    case 'ascii':
      return Buffer.from(text, 'ascii');
    case 'utf8':
      return Buffer.from(text, 'utf8');
  }
  const name = {
    shift_jis: 'shiftjis',
    euc_kr: 'euckr',
    euc_jp: 'eucjp',
    iso8859_5: 'iso88595',
    iso8859_8: 'iso88598',
    tis620: 'tis620',
    gbk: 'gbk',
    big5: 'big5'
  }[charset];
  return iconv.encode(text, name);
}

// --- what comes from Noroshi ---

const sessions = new Set();
const piles = new Map();
let nextId = 0x5a000000 + Math.floor(Math.random() * 0x00ffffff);

function nameOf(id, form) {
  if (form === 'dec') return String(id);
  if (form === 'padded') return String(id).padStart(12, '0');
  if (form === 'long') return String(id).padStart(64, '0');
  const hex = id.toString(16);
  return form === 'HEX' ? hex.toUpperCase() : hex;
}

// headerOf finds the place of a part by what node-smpp made of the user data header.
function headerOf(elements) {
  for (const e of elements ?? []) {
    if (e[0] === 0x00 && e[1] === 3) return { by: 'udh', ref: e[2], total: e[3], seq: e[4] };
    if (e[0] === 0x08 && e[1] === 4) return { by: 'udh16', ref: e.readUInt16BE(2), total: e[4], seq: e[5] };
  }
  return null;
}

function take(session, pdu, status) {
  const raw = octetsOf.get(pdu) ?? {};
  const short = raw.short ?? Buffer.alloc(0);
  const body = short.length > 0 || !raw.payload ? short : raw.payload;
  const header = pdu.esm_class & 0x40 && body.length > 0 ? body[0] + 1 : 0;
  let place = header > 0 ? headerOf(pdu.short_message.udh) : null;
  if (pdu.sar_total_segments !== undefined) {
    place = {
      by: 'sar',
      ref: pdu.sar_msg_ref_num,
      total: pdu.sar_total_segments,
      seq: pdu.sar_segment_seqnum
    };
  }
  say({
    event: 'submit',
    account: session.account,
    from: pdu.source_addr,
    to: pdu.destination_addr,
    source: [pdu.source_addr_ton, pdu.source_addr_npi],
    dest: [pdu.dest_addr_ton, pdu.dest_addr_npi],
    esm: pdu.esm_class,
    dcs: pdu.data_coding,
    registered: pdu.registered_delivery,
    status,
    octets: short.toString('hex'),
    payload: raw.payload?.toString('hex'),
    place,
    tlvs: Object.fromEntries(
      [0x1400, 0x1401].filter((tag) => pdu[tag]).map((tag) => [tag.toString(16), pdu[tag].toString('hex')])
    )
  });
  if (status !== 0) return;
  const part = { octets: body.subarray(header), header, dcs: pdu.data_coding };
  const by = raw.payload && short.length === 0 ? 'payload' : (place?.by ?? 'whole');
  if (!place) return whole(session, pdu.destination_addr, by, [part]);
  const key = [session.account, pdu.destination_addr, place.by, place.ref, place.total].join();
  const pile = piles.get(key) ?? [];
  pile[place.seq - 1] = part;
  piles.set(key, pile);
  if (pile.filter(Boolean).length === place.total) {
    piles.delete(key);
    whole(session, pdu.destination_addr, by, pile);
  }
}

function whole(session, to, by, parts) {
  const { alphabet } = accounts[session.account];
  const packed = alphabet === 'gsm7_packed' && parts[0].dcs === 0;
  const text = packed
    ? parts.map((p) => readText(p.octets, p.dcs, alphabet, p.header)).join('')
    : readText(Buffer.concat(parts.map((p) => p.octets)), parts[0].dcs, alphabet, 0);
  say({ event: 'text', account: session.account, to, by, parts: parts.length, dcs: parts[0].dcs, text });
}

const tries = new Map();

function onSubmit(session, pdu) {
  const account = accounts[session.account];
  const n = tries.get(pdu.destination_addr) ?? 0;
  tries.set(pdu.destination_addr, n + 1);
  const own = account.numbers?.[pdu.destination_addr];
  const rule = { ...account.rule, ...own, ...own?.each?.[n] };
  const status = rule.statuses?.[n] ?? 0;
  take(session, pdu, status);
  if (status !== 0) {
    if (!rule.nack) return session.send(pdu.response({ command_status: status }));
    return session.generic_nack({ command_status: status, sequence_number: pdu.sequence_number });
  }
  const id = nextId++;
  const report = () => {
    if (rule.silent || pdu.registered_delivery === 0) return;
    if (rule.enroute) receipt(session, pdu, id, { ...rule, esm: 0x20, stat: 'ENROUTE', state: 1 });
    for (let i = 0; i < (rule.times ?? 1); i++) receipt(session, pdu, id, rule);
  };
  if (rule.early) report();
  session.send(pdu.response({ message_id: nameOf(id, rule.resp) }));
  if (!rule.early) report();
}

function receipt(session, pdu, id, rule) {
  const date = new Date().toISOString().replace(/[-T:]/g, '').slice(2, 12);
  const name = nameOf(id, rule.text || 'hex');
  const texts = {
    full: `id:${name} sub:${rule.sub} dlvrd:${rule.sub} submit date:${date} done date:${date} stat:${rule.stat} err:${rule.err} text:A`,
    short: `Stat: ${rule.stat} ID: ${name}`,
    none: ''
  };
  const text = texts[rule.words];
  const options = {
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: pdu.destination_addr,
    dest_addr_ton: pdu.source_addr_ton,
    dest_addr_npi: pdu.source_addr_npi,
    destination_addr: pdu.source_addr,
    esm_class: rule.esm,
    data_coding: rule.in === 'ucs2' ? 8 : 0
  };
  const octets = rule.in === 'ucs2' ? iconv.encode(text, 'utf16-be') : Buffer.from(text, 'latin1');
  options[rule.in === 'payload' || rule.in === 'data_sm' ? 'message_payload' : 'short_message'] = octets;
  if (rule.tlv) {
    options.receipted_message_id = nameOf(id, rule.tlv);
    options.message_state = rule.state;
    options.network_error_code = Buffer.from([3, 0, Number(rule.err)]);
  }
  way(session.account, 'in')[rule.in === 'data_sm' ? 'data_sm' : 'deliver_sm'](options, (resp) =>
    say({
      event: 'receipt_resp',
      account: session.account,
      to: pdu.destination_addr,
      status: resp.command_status
    })
  );
}

// way finds the session of an account by which texts go in, or come out.
function way(account, direction) {
  const avoid = direction === 'in' ? 'transmitter' : 'receiver';
  return [...sessions].find((s) => s.account === account && s.mode !== avoid);
}

// --- what the tests ask for ---

// split cuts octets, or characters.
function split(octets, size) {
  const parts = [];
  for (let at = 0; at < octets.length; at += size) parts.push(octets.slice(at, at + size));
  return parts.length > 0 ? parts : [octets];
}

function place(by, ref, total, seq) {
  switch (by) {
    case 'udh':
    case 'data_sm_udh':
      return Buffer.from([5, 0, 3, ref & 255, total, seq]);
    case 'udh16':
      return Buffer.from([6, 8, 4, ref >> 8, ref & 255, total, seq]);
    case 'udh_ports': // an element for somebody else in front of the place
      return Buffer.from([11, 5, 4, 0x0b, 0x84, 0, 0, 0, 3, ref & 255, total, seq]);
    case 'udh_shift': // a national language table that the text makes no use of
      return Buffer.from([3, 0x24, 1, 1]);
  }
  return null;
}

function sendText(c) {
  const session = way(c.account, 'in');
  const packed = c.charset === 'gsm7_packed';
  const header = place(c.by, c.ref, 1, 1)?.length ?? 0;
  const size = c.size || 100000;
  const octets = writeText(c.text, packed ? 'gsm7' : c.charset);
  let parts = packed
    ? split([...c.text], size).map((cs) => pack(smpp.encodings.ASCII.encode(cs.join('')), header))
    : split(octets, size);
  const order = parts.map((_, i) => i);
  if (c.reverse) order.reverse();
  let waiting = parts.length;
  for (const i of order) {
    const options = {
      source_addr_ton: c.ton,
      source_addr_npi: 1,
      source_addr: c.from,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: c.to,
      data_coding: c.dcs,
      esm_class: 0
    };
    const udh = place(c.by, c.ref, parts.length, i + 1);
    const data = c.by.startsWith('data_sm');
    options[data || c.by === 'payload' ? 'message_payload' : 'short_message'] = udh
      ? { udh, message: parts[i] }
      : parts[i];
    if (c.id) options.receipted_message_id = c.id;
    if (c.by === 'sar') {
      options.sar_msg_ref_num = c.ref;
      options.sar_total_segments = parts.length;
      options.sar_segment_seqnum = i + 1;
    }
    session[data ? 'data_sm' : 'deliver_sm'](options, (resp) => {
      if (--waiting === 0 || resp.command_status !== 0) {
        say({ event: 'done', account: c.account, tag: c.tag, status: resp.command_status });
      }
    });
  }
}

const commands = {
  text: sendText,
  enquire: (c) =>
    way(c.account, 'in').enquire_link((resp) =>
      say({ event: 'done', tag: c.tag, status: resp.command_status })
    ),
  unbind: (c) => {
    const session = way(c.account, 'in');
    session.unbind((resp) => {
      say({ event: 'done', tag: c.tag, status: resp.command_status });
      session.close();
    });
  },
  unknown: (c) =>
    way(c.account, 'in').interop_unknown((resp) =>
      say({ event: 'done', tag: c.tag, status: resp.command_status })
    ),
  // A header that says it is longer than the text: what a careless SMSC sends.
  poison: (c) =>
    way(c.account, 'in').deliver_sm(
      {
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: c.from,
        destination_addr: c.to,
        esm_class: 0x40,
        data_coding: 0,
        short_message: Buffer.from([0x40, 0x00, 0x03, 0x41])
      },
      (resp) => say({ event: 'done', tag: c.tag, status: resp.command_status })
    ),
  quit: () => process.exit(0)
};

function onSession(session) {
  const bind = (mode) => (pdu) => {
    const account = accounts[pdu.system_id];
    let status = account ? account.refuse || 0 : smpp.ESME_RINVSYSID;
    if (status === 0 && account.password !== pdu.password) status = smpp.ESME_RINVPASWD;
    say({ event: 'bind', account: pdu.system_id, mode, status });
    if (status !== 0) return session.send(pdu.response({ command_status: status }), () => session.close());
    Object.assign(session, { account: pdu.system_id, mode });
    sessions.add(session);
    session.send(pdu.response({ system_id: 'interop', sc_interface_version: 0x34 }));
  };
  for (const mode of ['transceiver', 'transmitter', 'receiver']) session.on(`bind_${mode}`, bind(mode));
  session.on('submit_sm', (pdu) => onSubmit(session, pdu));
  session.on('enquire_link', (pdu) => {
    say({ event: 'enquire', account: session.account });
    session.send(pdu.response());
  });
  session.on('generic_nack', (pdu) =>
    say({ event: 'nack', account: session.account, status: pdu.command_status })
  );
  session.on('unbind', (pdu) => {
    say({ event: 'unbind', account: session.account, mode: session.mode });
    session.send(pdu.response(), () => session.close());
  });
  session.on('close', () => sessions.delete(session));
  session.on('error', (error) => {
    say({ event: 'error', account: session.account, message: String(error) });
    session.destroy();
  });
}

const tls = certFile ? { cert: readFileSync(certFile), key: readFileSync(keyFile) } : {};
const server = smpp.createServer(tls, onSession);
server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const c = JSON.parse(line);
    try {
      commands[c.op](c);
    } catch (error) {
      say({ event: 'done', tag: c.tag, status: -1, message: String(error) });
    }
  })
  .on('close', () => process.exit(0));
