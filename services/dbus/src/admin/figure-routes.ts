/** Decides how the past figures of a source are asked for. */
import { FIGURES, type FigureRing } from '@rtdp/service/figure-ring';
import type { HttpApplication } from '@rtdp/service/http';
import { z } from 'zod';
import { pastFiguresSchema } from '../client.ts';
import { allowed, type RouteSurroundings } from './surroundings.ts';

/** More points than this are no more to be told apart on a screen. */
const MOST_POINTS = 480;

export function figureRoutes(application: HttpApplication, { sources }: RouteSurroundings, ring: FigureRing): void {
  application.get(
    '/sources/:name/figures',
    {
      schema: {
        tags: ['sources'],
        summary:
          'How fast a source was and how far behind: a sample every 15 seconds of the last day, thinned to its peaks',
        params: z.object({ name: z.string() }),
        querystring: z.object({ hours: z.coerce.number().min(0.25).max(FIGURES.keptHours).default(1) }),
        response: { 200: pastFiguresSchema },
      },
    },
    async (request) => {
      const { organisationId } = allowed(request, 'viewer');
      const { name } = await sources.get(organisationId, request.params.name);
      const figures = await ring.past(organisationId, name, request.query.hours, MOST_POINTS);
      return { ...FIGURES, figures: figures.map(({ at, values }) => ({ at, values: { ...values } })) };
    },
  );
}
