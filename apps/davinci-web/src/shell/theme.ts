/** Decides how antd looks, from the tokens alone. */
import { type ThemeConfig, theme } from 'antd';
import { FONT, LENGTHS, type Palette, type ROW_HEIGHT, SPACE } from './tokens.ts';

export type Density = keyof typeof ROW_HEIGHT;

/** `still`: nothing moves, for who asked the system for that. */
export function antdTheme(palette: Palette, dark: boolean, density: Density, still: boolean): ThemeConfig {
  return {
    algorithm: [
      dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
      ...(density === 'compact' ? [theme.compactAlgorithm] : []),
    ],
    cssVar: { key: dark ? 'dark' : 'light' },
    hashed: false,
    token: {
      colorPrimary: palette.accent,
      colorInfo: palette.accent,
      colorLink: palette.accent,
      colorLinkHover: palette['accent-hover'],
      colorSuccess: palette.ok,
      colorWarning: palette.late,
      colorError: palette.broken,
      colorText: palette.text,
      colorTextSecondary: palette['text-muted'],
      colorTextTertiary: palette['text-faint'],
      colorTextDescription: palette['text-muted'],
      colorTextPlaceholder: palette['text-faint'],
      colorBgLayout: palette.ground,
      colorBgContainer: palette.surface,
      colorBgElevated: palette.surface,
      colorBorder: palette['line-strong'],
      colorBorderSecondary: palette.line,
      colorTextLightSolid: palette['on-accent'],
      borderRadius: LENGTHS.radius - 2,
      borderRadiusLG: LENGTHS.radius,
      fontFamily: FONT.sans,
      fontFamilyCode: FONT.mono,
      fontSize: 14,
      fontSizeSM: 12,
      fontSizeLG: 16,
      fontSizeHeading1: 28,
      fontSizeHeading2: 20,
      fontSizeHeading3: 16,
      boxShadow: palette.shadow,
      boxShadowSecondary: palette.shadow,
      motion: !still,
      motionDurationMid: '0.12s',
      motionDurationSlow: '0.18s',
    },
    components: {
      Tooltip: { colorBgSpotlight: palette.text, colorTextLightSolid: palette.surface },
      Button: {
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        contentFontSizeSM: 13,
        // A lighter accent could not be read on the surface.
        defaultHoverColor: palette.accent,
        defaultHoverBorderColor: palette.accent,
      },
      Form: { itemMarginBottom: 16, verticalLabelPadding: `0 0 ${SPACE[0]}px` },
      // One that can be moved looks so before it is touched.
      Slider: {
        trackBg: palette.accent,
        trackHoverBg: palette['accent-hover'],
        handleColor: palette.accent,
        railBg: palette['line-strong'],
        railHoverBg: palette['line-strong'],
      },
      Tabs: { horizontalMargin: '0' },
      // Told from the page and from a card alike.
      Segmented: { trackBg: palette.line, itemSelectedBg: dark ? palette['line-strong'] : palette.surface },
    },
  };
}
