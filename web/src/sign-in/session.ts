import { UserManager, WebStorageStateStore, type User } from 'oidc-client-ts';
import type { Settings } from '../page/settings.ts';

/** Somebody who is signed in. */
export interface Session {
  /** Bearer token for the API. */
  token: string;
  /** The person's id, as it stands in rosters and histories. */
  person: string;
  name: string;
  /** What the token's `groups` say, if they say anything. */
  grants: string[] | undefined;
}

/** What stands in the state of a sign-in: where to go on afterwards. */
interface Journey {
  /** Path of the page; an older sign-in has none. */
  path?: string;
  search: string;
}

/**
 * Signs staff in at an OpenID Connect issuer: authorization code with PKCE. Tokens stay in this tab's session store and are gone with
 * it. Nothing is renewed in the background: that would need frames of the issuer, which the policy of the pages forbids.
 */
export class SignIn {
  private readonly users: UserManager;
  /** Somebody was signed in here and is no more, as that has expired. */
  lapsed = false;

  constructor(settings: Settings) {
    const here = `${location.origin}/dispatch/`;
    this.users = new UserManager({
      authority: settings.issuer,
      client_id: settings.client_id,
      redirect_uri: here,
      post_logout_redirect_uri: here,
      response_type: 'code',
      scope: 'openid profile groups',
      userStore: new WebStorageStateStore({ store: sessionStorage }),
      stateStore: new WebStorageStateStore({ store: sessionStorage }),
      automaticSilentRenew: false,
      monitorSession: false,
      loadUserInfo: false,
    });
  }

  /** Who is signed in. Finishes a sign-in that comes back from the issuer, and puts the address back as it was before. */
  async current(): Promise<Session | undefined> {
    const query = new URLSearchParams(location.search);
    if (query.has('state') && (query.has('code') || query.has('error'))) {
      try {
        const user = await this.users.signinRedirectCallback();
        const journey = user.state as Journey | undefined;
        // The issuer knows one way back only; whoever began on another page goes on to it.
        if (journey?.path && journey.path !== location.pathname && /^\/[a-z]+\/$/.test(journey.path)) location.replace(`${journey.path}${journey.search}`);
        else history.replaceState(null, '', `/dispatch/${journey?.search ?? ''}`);
        return sessionOf(user);
      } catch (error) {
        history.replaceState(null, '', '/dispatch/');
        throw error;
      }
    }
    const user = await this.users.getUser();
    this.lapsed = user?.expired === true;
    return user && !user.expired ? sessionOf(user) : undefined;
  }

  /** Leaves for the issuer. */
  async start(): Promise<void> {
    const journey: Journey = { path: location.pathname, search: location.search };
    await this.users.signinRedirect({ state: journey });
  }

  /** Forgets the session on this device, without asking the issuer: it has expired. */
  async forget(): Promise<void> {
    await this.users.removeUser();
  }

  /** Signs out here and, where the issuer can, there. */
  async end(): Promise<void> {
    const ends = await this.users.metadataService.getEndSessionEndpoint().catch(() => undefined);
    if (ends) await this.users.signoutRedirect();
    else await this.users.removeUser();
  }
}

function sessionOf(user: User): Session {
  const groups: unknown = user.profile['groups'];
  const grants = Array.isArray(groups) ? groups.filter((one) => typeof one === 'string') : typeof groups === 'string' ? groups.split(/\s+/) : undefined;
  return { token: user.access_token, person: user.profile.sub, name: user.profile.name ?? user.profile.preferred_username ?? user.profile.sub, grants };
}
