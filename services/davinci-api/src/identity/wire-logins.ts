/**
 * Decides that a changed role, or a user who was disabled, ends the user's login over the Postgres protocol: its password logs in with the roles
 * that the user had when it was made, so it must not outlive them; nor one whose password for the web application was forgotten. What has to be ended is recorded with the change and told to the gateway: at once,
 * and again when the last access token of before has expired, with which a new password could be had. One made under the role of now stays. The
 * views that the user has defined at the gateway read with the role of now from then on, or not at all.
 */
import { randomUUID } from 'node:crypto';
import type { Role } from '@rtdp/identity/roles';
import type { Signer } from '@rtdp/identity/signer';
import { createMoonboxClient, type MoonboxClient } from '@rtdp/moonbox/client';
import type { Logger } from '@rtdp/service/logging';
import type { Knex } from '@rtdp/service/metadata';
import { isRtdpError } from '@rtdp/ums/error';
import { ACCESS_TOKEN_SECONDS } from './access-token.ts';

export interface WireLoginsOptions {
  database: Knex;
  signer: Signer;
  moonboxUrl: string;
  logger: Logger;
}

interface EndingRow {
  user_id: string;
  organisation_id: string;
  /** Which change asked for it. */
  change: string;
  asked_at: Date;
  told_at: Date | null;
}

const TRY_EVERY_MS = 5_000;
const TOKEN_SECONDS = 60;
/** Longer than an access token lives, and than the gateway remembers one. */
const TELL_AGAIN_AFTER_SECONDS = ACCESS_TOKEN_SECONDS + 60;

/** To be called in the transaction of the change. */
export async function endWireLogin(transaction: Knex, user: { id: string; organisationId: string }): Promise<void> {
  await transaction('wire_logins_to_end')
    .insert({
      user_id: user.id,
      organisation_id: user.organisationId,
      change: randomUUID(),
      asked_at: transaction.fn.now(),
      told_at: null,
    })
    .onConflict('user_id')
    .merge();
}

export class WireLogins {
  readonly #options: WireLoginsOptions;
  readonly #timer: NodeJS.Timeout;
  #telling: Promise<void> = Promise.resolve();

  constructor(options: WireLoginsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.tell(), TRY_EVERY_MS);
    this.tell();
  }

  /** Tells what is recorded, now; resolves when the gateway has heard it or could not be reached. */
  tell(): Promise<void> {
    this.#telling = this.#telling.then(async () => {
      try {
        await this.#tellAll();
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'the gateway was not told whose login has ended; tried again soon');
      }
    });
    return this.#telling;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#telling;
  }

  async #tellAll(): Promise<void> {
    const { database, signer, moonboxUrl } = this.#options;
    const due = await database<EndingRow & { last: boolean }>('wire_logins_to_end')
      .select('*', database.raw(`asked_at < now() - interval '${TELL_AGAIN_AFTER_SECONDS} seconds' as last`))
      .whereNull('told_at')
      .orWhereRaw(`asked_at < now() - interval '${TELL_AGAIN_AFTER_SECONDS} seconds'`)
      .orderBy('asked_at');
    for (const { user_id: user, organisation_id: organisationId, change, last } of due) {
      const token = await signer.signToken({
        subject: 'davinci-api',
        organisationId,
        roles: ['admin'],
        expiresInSeconds: TOKEN_SECONDS,
      });
      const gateway = createMoonboxClient({ baseUrl: moonboxUrl, token });
      try {
        await gateway.setOwnerRoles(user, await this.#rolesOf(user));
        if (!last || !(await this.#isOfNow(gateway, user))) await gateway.removePassword(user);
      } catch (error) {
        // Most users never had one.
        if (!isRtdpError(error, 'MOONBOX_PASSWORD_UNKNOWN')) throw error;
      }
      // One that was asked for again meanwhile is told again.
      const row = database('wire_logins_to_end').where({ user_id: user, change });
      await (last ? row.delete() : row.update({ told_at: database.fn.now() }));
    }
  }

  /** Views at the gateway read with what their owner may do now, not when they were defined. */
  async #rolesOf(user: string): Promise<Role[]> {
    const now = await this.#options.database('users').where({ id: user }).first('role', 'disabled');
    return now === undefined || now.disabled ? [] : [now.role];
  }

  /** The user has a password, and it logs in with the role of now. */
  async #isOfNow(gateway: MoonboxClient, user: string): Promise<boolean> {
    const holder = (await gateway.listPasswords()).items.find((each) => each.user === user);
    // Read after the password: a role that changes from here on is told as a change of its own.
    const now = await this.#options.database('users').where({ id: user }).first('role', 'disabled');
    if (holder === undefined || now === undefined || now.disabled) return false;
    return holder.roles.length === 1 && holder.roles[0] === now.role;
  }
}
