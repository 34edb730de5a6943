/** Decides theme, density and language: what the user chose, else what the system and the browser say; kept on this device. */
import { App, ConfigProvider } from 'antd';
import en from 'antd/locale/en_US';
import zh from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { createContext, type ReactNode, useContext, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { kept, type Language } from './device-choices.ts';
import { antdTheme, type Density } from './theme.ts';
import { cssVariables, DARK, LIGHT, type Palette } from './tokens.ts';
import { useMedia } from './use-media.ts';

export type ThemeChoice = 'light' | 'dark' | 'system';

export interface Appearance {
  theme: ThemeChoice;
  dark: boolean;
  palette: Palette;
  density: Density;
  language: Language;
  setTheme(theme: ThemeChoice): void;
  setDensity(density: Density): void;
  setLanguage(language: Language): void;
}

const AppearanceContext = createContext<Appearance | undefined>(undefined);

export function useAppearance(): Appearance {
  const value = useContext(AppearanceContext);
  if (value === undefined) throw new Error('useAppearance stands outside of AppearanceProvider');
  return value;
}

export function AppearanceProvider({ children }: { children: ReactNode }): ReactNode {
  const { i18n } = useTranslation();
  const [theme, setTheme] = useState<ThemeChoice>(() => kept('theme', ['light', 'dark', 'system'], 'system'));
  const [density, setDensity] = useState<Density>(() => kept('density', ['comfortable', 'compact'], 'comfortable'));
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const still = useMedia('(prefers-reduced-motion: reduce)');

  const dark = theme === 'dark' || (theme === 'system' && systemDark);
  const palette = dark ? DARK : LIGHT;
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en';

  useLayoutEffect(() => {
    let style = document.getElementById('tokens');
    if (style === null) {
      style = document.createElement('style');
      style.id = 'tokens';
      document.head.append(style);
    }
    style.textContent = cssVariables(palette);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.documentElement.dataset.density = density;
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }, [palette, dark, density]);

  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    dayjs.locale(language === 'zh' ? 'zh-cn' : 'en');
  }, [language]);

  const value = useMemo<Appearance>(
    () => ({
      theme,
      dark,
      palette,
      density,
      language,
      setTheme: (next) => {
        localStorage.setItem('davinci.theme', next);
        setTheme(next);
      },
      setDensity: (next) => {
        localStorage.setItem('davinci.density', next);
        setDensity(next);
      },
      setLanguage: (next) => {
        localStorage.setItem('davinci.language', next);
        void i18n.changeLanguage(next);
      },
    }),
    [theme, dark, palette, density, language, i18n],
  );

  const antd = useMemo(() => antdTheme(palette, dark, density, still), [palette, dark, density, still]);
  return (
    <AppearanceContext value={value}>
      <ConfigProvider
        theme={antd}
        locale={language === 'zh' ? zh : en}
        button={{ autoInsertSpace: false }}
        form={{ requiredMark: markRequired }}
      >
        {/* At the foot, where no page has its actions. */}
        <App className="app" notification={{ placement: 'bottomRight' }}>
          {children}
        </App>
      </ConfigProvider>
    </AppearanceContext>
  );
}

/** A field that must be filled is marked in every form alike. */
function markRequired(label: ReactNode, { required }: { required: boolean }): ReactNode {
  return (
    <>
      {label}
      {required ? (
        <span className="field-required" aria-hidden="true">
          *
        </span>
      ) : null}
    </>
  );
}
