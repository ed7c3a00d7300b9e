// A certified OpenID provider, set up as a broker of the Finnish Trust Network: signed request objects only,
// private_key_jwt, PKCE, identity tokens signed and then encrypted to the client's key.
//
// Environment: REDIRECT_URI and JWKS_URI of the client. Prints its issuer once it listens.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const ACR = 'http://ftn.ficora.fi/2017/loatest2';
const people = new Map(); // subject → what the login form said

function configuration() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomUUID() }] },
    cookies: { keys: [randomUUID()] },
    clients: [
      {
        client_id: 'heka-confirm',
        redirect_uris: [process.env.REDIRECT_URI],
        jwks_uri: process.env.JWKS_URI,
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
      'idp-id': ['idp_id'],
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
  const { params } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(params));
    return;
  }
  const { cancel, ...person } = Object.fromEntries(new URLSearchParams(await text(request)));
  const result = cancel ? { error: 'access_denied' } : { login: { accountId: signIn(person), acr: ACR } };
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
  const provider = new Provider(issuer, configuration());
  provider.on('server_error', (ctx, error) => console.error(error));
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      callback(request, response);
      return;
    }
    interact(provider, request, response).catch((error) => {
      response.statusCode = 400;
      response.end(String(error));
    });
  });
  console.log(issuer);
});
process.on('SIGTERM', () => process.exit(0));
