/** Decides who asks over REST: what the token says. */
import { isRole } from '@rtdp/identity/roles';
import { identityOf } from '@rtdp/service/http';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../query/contract.ts';

export function principalOf(request: FastifyRequest): Principal {
  const { subject, name, organisationId, roles } = identityOf(request);
  return { subject, ...(name === undefined ? {} : { name }), organisationId, roles: roles.filter(isRole), via: 'rest' };
}
