import config from "../../hardhat.config.ts";

/** The project with a place of its own for instrumented contracts, so that the real artifacts stay. */
export default {
  ...config,
  paths: { ...config.paths, artifacts: "coverage/artifacts", cache: "coverage/cache" },
};
