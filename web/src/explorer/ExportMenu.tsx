/** The view as a file: all of its rows, whatever part of them is on the page. */
import { useState } from "react";

import { asProblem } from "../api/problem";
import { download } from "../charts/download";
import { Button } from "../ui/Button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../ui/Menu";
import { toast } from "../ui/Toast";
import { GRAIN_WORDS, type Grain } from "./grains";
import { readFile, type FileFormat } from "./queries";
import { useExplorer } from "./useExplorer";

const FORMATS: [format: FileFormat, name: string][] = [
  ["csv", "CSV"],
  ["xlsx", "Excel"],
];

export function ExportMenu() {
  const { question } = useExplorer();
  const [isBusy, setBusy] = useState(false);
  const save = async (format: FileFormat, grain?: Grain) => {
    setBusy(true);
    try {
      const { name, content } = await readFile(question, format, grain);
      download(name, content);
      toast(`Saved ${name}`);
    } catch (error) {
      toast(`Nothing was saved: ${asProblem(error).message}`);
    } finally {
      setBusy(false);
    }
  };
  const { grain } = question;
  return (
    <Menu trigger={<Button busy={isBusy}>Export</Button>}>
      <MenuLabel>The table, all rows</MenuLabel>
      {FORMATS.map(([format, name]) => (
        <MenuItem key={format} onSelect={() => void save(format)}>
          {name}
        </MenuItem>
      ))}
      {grain !== "none" && (
        <>
          <MenuSeparator />
          <MenuLabel>The table, {GRAIN_WORDS[grain].toLowerCase()}</MenuLabel>
          {FORMATS.map(([format, name]) => (
            <MenuItem key={format} onSelect={() => void save(format, grain)}>
              {name}, {GRAIN_WORDS[grain].toLowerCase()}
            </MenuItem>
          ))}
        </>
      )}
    </Menu>
  );
}
