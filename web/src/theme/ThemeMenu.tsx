/** The switch between dark, light and what the system says. */
import { IconButton } from "../ui/Button";
import { Menu, MenuChoice } from "../ui/Menu";
import { chooseTheme, useThemeChoice, type ThemeChoice } from "./theme";

export const THEMES = [
  { value: "system", label: "System", icon: "screen" },
  { value: "dark", label: "Dark", icon: "moon" },
  { value: "light", label: "Light", icon: "sun" },
] as const;

export function ThemeMenu() {
  const choice = useThemeChoice();
  const icon = THEMES.find((theme) => theme.value === choice)?.icon ?? "screen";
  return (
    <Menu trigger={<IconButton icon={icon} label="Theme" />}>
      <MenuChoice
        label="Theme"
        value={choice}
        options={[...THEMES]}
        onChange={(value) => chooseTheme(value as ThemeChoice)}
      />
    </Menu>
  );
}
