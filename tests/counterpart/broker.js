// A certified OpenID provider, set up as a broker of the Finnish Trust Network: signed request objects only,
// private_key_jwt, PKCE, identity tokens signed and then encrypted to the client's key.
//
// Environment: REDIRECT_URI and JWKS_URI of the client. Where ENTITY_STATEMENT is given, keys are exchanged as OP does
// it: the client's come from the signed set that the statement names, and are taken only if an entity key of the
// statement signed it; the broker's own are a signed set at /jwks/broker-signed too.
// Prints its issuer once it listens, and below it the JWK Set of its own entity key.

import { createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const ACR = 'http://ftn.ficora.fi/2017/loatest2';
const CANCELLED = process.env.ENTITY_STATEMENT ? 'cancel' : 'access_denied';
const people = new Map(); // subject → what the login form said

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const of = (key) => ({ ...key.export({ format: 'jwk' }), use: 'sig', kid });
  const kid = randomUUID();
  return { private: privateKey, jwk: { ...of(privateKey), alg: 'RS256' }, published: of(publicKey) };
}

const signing = newKey();
const entity = newKey();

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(part) {
  return JSON.parse(Buffer.from(part, 'base64url'));
}

// The keys of this broker as OP publishes its own.
function signedSet(issuer) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { keys: [signing.published], iss: issuer, sub: issuer, iat: now, exp: now + 3600 };
  const input = `${encoded({ alg: 'RS256', kid: entity.published.kid })}.${encoded(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), entity.private).toString('base64url')}`;
}

// The claims of a JWS that one of the keys signed; anything else is an error.
function verified(token, keys, type) {
  const [head, body, signature] = token.trim().split('.');
  const header = decoded(head);
  const jwk = keys.find((key) => key.kid === header.kid);
  const good =
    header.alg === 'RS256' &&
    header.typ === type &&
    verify(
      'sha256',
      Buffer.from(`${head}.${body}`),
      createPublicKey({ key: jwk, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    );
  if (!good) throw new Error(`not a ${type} that a known key signed`);
  return decoded(body);
}

// What the client's statement says, and the keys that it vouches for.
async function keysOfClient() {
  const statement = process.env.ENTITY_STATEMENT;
  const { keys } = decoded(statement.split('.')[1]).jwks;
  const { metadata, iss } = verified(statement, keys, 'entity-statement+jwt');
  const response = await fetch(metadata.openid_relying_party.signed_jwks_uri);
  const type = response.headers.get('content-type');
  if (type !== 'application/jwk-set+jwt') throw new Error(`signed keys of type ${type}`);
  const claims = verified(await response.text(), keys, 'jwk-set+jwt');
  if (claims.iss !== iss || claims.sub !== iss || claims.exp * 1000 < Date.now()) throw new Error('keys of another');
  return { keys: claims.keys };
}

function configuration(issuer) {
  const clientKeys = process.env.ENTITY_STATEMENT ? `${issuer}/keys-of-client` : process.env.JWKS_URI;
  return {
    jwks: { keys: [signing.jwk] },
    cookies: { keys: [randomUUID()] },
    clients: [
      {
        client_id: 'heka-confirm',
        redirect_uris: [process.env.REDIRECT_URI],
        jwks_uri: clientKeys,
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
        request_object_signing_alg: 'RS256',
        id_token_signed_response_alg: 'RS256',
        id_token_encrypted_response_alg: 'RSA-OAEP',
        id_token_encrypted_response_enc: 'A128CBC-HS256',
        require_auth_time: true,
      },
    ],
    clientAuthMethods: ['private_key_jwt'],
    responseTypes: ['code'],
    scopes: ['openid'],
    claims: {
      openid: ['sub'],
      profile: ['given_name', 'family_name', 'birthdate'],
      nin: ['nin', 'nin_type', 'nin_issuing_country'],
      'ftn-extra': ['ftn_idp', 'ftn_hetu'],
      personal_identity_code: ['personal_identity_code'],
    },
    acrValues: [ACR],
    conformIdTokenClaims: false, // brokers put everything into the identity token
    pkce: { methods: ['S256'], required: () => true },
    features: {
      devInteractions: { enabled: false },
      encryption: { enabled: true },
      requestObjects: {
        request: true,
        requireSignedRequestObject: true,
        mode: 'strict', // parameters beside the request object are ignored
        assertJwtClaimsAndHeader: (ctx, claims) => {
          for (const name of ['aud', 'exp', 'iat', 'iss', 'jti', 'nonce', 'state']) {
            if (!claims[name]) throw new Error(`the request object has no ${name}`);
          }
        },
      },
      userinfo: { enabled: false },
    },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    loadExistingGrant: grantWithoutAsking,
    renderError: (ctx, out) => {
      ctx.type = 'text/plain';
      ctx.body = `${out.error}: ${out.error_description ?? ''}`;
    },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 600 },
  };
}

// What a broker tells is agreed by contract: nobody is asked.
async function grantWithoutAsking(ctx) {
  const { client, params, provider, session } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}

async function interact(provider, request, response) {
  const { params, prompt, session } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(params));
    return;
  }
  if (prompt.name === 'consent') {
    const grant = new provider.Grant({ clientId: params.client_id, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
    return;
  }
  const { cancel, ...person } = Object.fromEntries(new URLSearchParams(await text(request)));
  const result = cancel ? { error: CANCELLED } : { login: { accountId: signIn(person), acr: ACR } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

function signIn(person) {
  const sub = randomUUID();
  people.set(sub, person);
  return sub;
}

async function text(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

// Nothing is lost by keeping everything in memory: the provider lives as long as the tests.
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration(issuer));
  provider.on('server_error', (ctx, error) => console.error(error));
  const callback = provider.callback();
  const own = {
    '/jwks/broker-signed': async (request, response) => {
      response.setHeader('Content-Type', 'application/jwk-set+jwt');
      response.end(signedSet(issuer));
    },
    '/keys-of-client': async (request, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(await keysOfClient()));
    },
  };
  server.on('request', (request, response) => {
    const page = request.url.startsWith('/interaction/') ? (...both) => interact(provider, ...both) : own[request.url];
    if (!page) {
      callback(request, response);
      return;
    }
    page(request, response).catch((error) => {
      console.error(error);
      response.statusCode = 400;
      response.end(String(error));
    });
  });
  console.log(issuer);
  console.log(JSON.stringify({ keys: [entity.published] }));
});
process.on('SIGTERM', () => process.exit(0));
