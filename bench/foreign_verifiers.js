// What foreign verifiers of npm say of certificates: reads {certificates, texts} from stdin, prints a list for each of them.
// Usage: NODE_PATH=FOLDER/node_modules node foreign_verifiers.js < input.json; `certificates` are base64 DER by key id.
'use strict';

const { DCC } = require('dcc-utils');
const pathcheck = require('@pathcheck/dcc-sdk');

const toPem = (der) => `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----`;

const verifiers = {
  // Gives what was signed, and throws where the signature is wrong.
  'dcc-utils': async (text, certificates) => {
    const read = await DCC.fromRaw(text);
    return Boolean(await read.checkSignatureWithCertificate(toPem(certificates[read.kid])));
  },
  '@pathcheck/dcc-sdk': async (text) => (await pathcheck.unpackAndVerify(text)).status === 'verified',
};

async function main(input) {
  const { certificates, texts } = JSON.parse(input);
  pathcheck.addCachedCerts(certificates); // with them it asks no network
  console.log = console.warn = () => {}; // it tells what it dislikes
  const said = {};
  for (const [name, verify] of Object.entries(verifiers)) {
    said[name] = [];
    for (const text of texts) said[name].push(await verify(text, certificates).catch(() => false));
  }
  process.stdout.write(JSON.stringify(said));
}

let input = '';
process.stdin.on('data', (part) => { input += part; });
process.stdin.on('end', () => main(input));
