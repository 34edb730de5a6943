/** Decides how wide the columns of a pivot are: as their contents need, and where room is left beside them, all of it shared. */
import { type LayoutResult, PivotFacet } from '@antv/s2';
import { LENGTHS } from '../../shell/tokens.ts';
import { shareRoom } from './share-room.ts';

export class FillingFacet extends PivotFacet {
  protected override calculateColLeafNodesWidth(layout: LayoutResult): void {
    super.calculateColLeafNodesWidth(layout);
    const { rowsHierarchy, colsHierarchy } = layout;
    const leaves = colsHierarchy.getLeaves();
    // The line beside the heads of the rows and the one at the end take room too.
    const room = Math.floor((this.spreadsheet.options.width ?? 0) - rowsHierarchy.width) - 2 * LENGTHS.line;
    const widths = leaves.map(({ width }) => width);
    let x = 0;
    for (const [at, width] of shareRoom(widths, room).entries()) {
      Object.assign(leaves[at]!, { x, width });
      x += width;
    }
    colsHierarchy.width = x;
  }
}
