/**
 * Decides which token other services are asked with for a user: the user's own as long as its roles are those of now, else one that says what
 * the user may do now. It ends when the user's own does.
 */
import type { Signer } from '@rtdp/identity/signer';
import { decodeJwt } from 'jose';
import type { Viewer } from './accounts.ts';

export class TokensOfNow {
  readonly #signer: Signer;
  readonly #now: () => number;

  constructor(signer: Signer, now: () => number) {
    this.#signer = signer;
    this.#now = now;
  }

  /** @param token of the viewer, verified already */
  async of(
    token: string,
    viewer: Pick<Viewer, 'subject' | 'organisationId' | 'roles' | 'generation'>,
  ): Promise<string> {
    const { roles, name, exp = 0 } = decodeJwt<{ roles: string[]; name?: string }>(token);
    if (JSON.stringify(roles) === JSON.stringify(viewer.roles)) return token;
    const { subject, organisationId, generation } = viewer;
    const expiresInSeconds = Math.max(1, exp - Math.floor(this.#now() / 1000));
    const known = { ...(name === undefined ? {} : { name }), ...(generation === undefined ? {} : { generation }) };
    return this.#signer.signToken({ subject, ...known, organisationId, roles: viewer.roles, expiresInSeconds });
  }
}
