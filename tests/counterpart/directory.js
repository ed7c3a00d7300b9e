// A certified OpenID provider, set up as a city's directory of staff: PKCE, a client secret, groups in userinfo only,
// and back-channel logout.
//
// Environment: REDIRECT_URI, LEFT_URI and LOGOUT_URI of the client, and CLIENT_SECRET.
// Prints its issuer once it listens. Its login form takes JSON: the claims of somebody, of which sub, acr and amr say
// who they are and how they showed it.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const people = new Map(); // subject → claims
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signing = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomUUID() };

const configuration = {
  jwks: { keys: [signing] },
  cookies: { keys: [randomUUID()] },
  clients: [
    {
      client_id: 'heka-desk',
      client_secret: process.env.CLIENT_SECRET,
      redirect_uris: [process.env.REDIRECT_URI],
      post_logout_redirect_uris: [process.env.LEFT_URI],
      backchannel_logout_uri: process.env.LOGOUT_URI,
      backchannel_logout_session_required: true,
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
    },
  ],
  responseTypes: ['code'],
  scopes: ['openid'],
  claims: {
    acr: null,
    amr: null,
    auth_time: null,
    iss: null,
    sid: null,
    openid: ['sub', 'amr'],
    profile: ['given_name', 'family_name', 'preferred_username', 'groups'],
    email: ['email'],
  },
  acrValues: ['two-factors'],
  pkce: { methods: ['S256'], required: () => true },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = form;
      },
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub), sub }) }),
  loadExistingGrant: async (ctx) => {
    const { client, params, provider, session } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
  renderError: (ctx, out) => {
    ctx.type = 'text/plain';
    ctx.body = `${out.error}: ${out.error_description ?? ''}`;
  },
  ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 600 },
};

async function interact(provider, request, response) {
  if (request.method === 'GET') {
    response.end('log in');
    return;
  }
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const { sub, acr, amr, ...claims } = JSON.parse(Buffer.concat(pieces).toString());
  people.set(sub, claims);
  const result = { login: { accountId: sub, acr, amr } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  for (const event of ['server_error', 'backchannel.error', 'grant.error', 'authorization.error']) {
    provider.on(event, (ctx, error) => console.error(event, error));
  }
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      callback(request, response);
      return;
    }
    interact(provider, request, response).catch((error) => {
      console.error(error);
      response.statusCode = 400;
      response.end(String(error));
    });
  });
  console.log(issuer);
});
process.on('SIGTERM', () => process.exit(0));
