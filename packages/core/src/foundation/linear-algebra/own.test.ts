import { linearAlgebraContract } from "../../../test/helpers/linear-algebra-contract.js";
import { ownLinearAlgebra } from "./index.js";

linearAlgebraContract("own", () => ownLinearAlgebra);
