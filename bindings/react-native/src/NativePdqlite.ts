import { TurboModuleRegistry, type TurboModule } from "react-native";

/** What the native side has opened. */
export type Opened = { list: number; entries: number; seq: number; remarks: string[] };

/** Which part of the picture shows the original; edges as fractions, 0 to 1. */
export type Where = { left: number; top: number; right: number; bottom: number; orientation: string; inverted: boolean };

/** What the native side says of one picture. */
export type Found = { verdict: string; entry: number | null; rate: number; where: Where | null };

/** What React Native's codegen reads. Pixels never cross the bridge: a picture goes by its address. */
export interface Spec extends TurboModule {
  open(folder: string, trust: string, key: string): Promise<Opened>;
  match(list: number, uri: string): Promise<Found>;
  close(list: number): Promise<void>;
}

export default TurboModuleRegistry.getEnforcing<Spec>("Pdqlite");
