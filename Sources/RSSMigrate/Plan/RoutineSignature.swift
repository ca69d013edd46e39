import SQLScript

/// The arguments of a CREATE FUNCTION or CREATE PROCEDURE.
struct RoutineSignature: Sendable, Equatable {
    /// Types of the input arguments, as `format_type` writes them without a modifier.
    let arguments: [String]
    /// How many of the last ones have a default.
    let defaults: Int
    /// Whether it is VOLATILE, which is the default.
    let isVolatile: Bool

    /// Reads a `CreateFunctionStmt`.
    init(_ statement: ParseNode) {
        let outputs = ["FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"]
        let inputs = statement.list("parameters").compactMap { $0.as("FunctionParameter") }
            .filter { !outputs.contains($0.string("mode") ?? "") }
        arguments = inputs.map { input in
            let text = TypeText.of(input["argType"])
            return text.replacing(/\([0-9,]+\)/, with: "")
        }
        defaults = inputs.count { $0["defexpr"] != nil }
        let volatility = statement.list("options").compactMap { $0.as("DefElem") }
            .last { $0.string("defname") == "volatility" }?["arg"]?.as("String")?.string("sval")
        isVolatile = volatility == nil || volatility == "volatile"
    }
}
