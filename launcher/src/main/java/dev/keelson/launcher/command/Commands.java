package dev.keelson.launcher.command;

import dev.keelson.launcher.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/** All commands in the groups of the help. */
public final class Commands {
    private static final int NAME_WIDTH = 16;
    private static final int HELP_WIDTH = 100;

    private Commands() {}

    /**
     * Adds the command that the first word names, or every command when it names none. Reading the
     * annotations of all of them takes longer than what most of them do.
     */
    public static void addTo(CommandLine root, Session session, String firstWord) {
        var groups = new LinkedHashMap<String, List<String>>();
        var all = new LinkedHashMap<String, Supplier<Object>>();
        all(session)
                .forEach((title, commands) -> {
                    commands.forEach(command -> all.put(command.getKey(), command.getValue()));
                    groups.put(title, commands.stream().map(Map.Entry::getKey).toList());
                });
        all.put("help", () -> new HelpCommand(session));
        all.put("prepare", () -> new PrepareCommand(session));
        all.forEach((name, command) -> {
            if (name.equals(firstWord) || !all.containsKey(firstWord) || firstWord.equals("help")) {
                root.addSubcommand(name, command.get());
            }
        });
        root.getHelpSectionMap()
                .put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> listing(help, groups));
    }

    private static Map<String, List<Map.Entry<String, Supplier<Object>>>> all(Session session) {
        var groups = new LinkedHashMap<String, List<Map.Entry<String, Supplier<Object>>>>();
        groups.put(
                "Run",
                List.of(
                        Map.entry("up", () -> new UpCommand(session)),
                        Map.entry("down", () -> new DownCommand(session)),
                        Map.entry("status", () -> new StatusCommand(session)),
                        Map.entry("logs", () -> new LogsCommand(session)),
                        Map.entry("run", () -> new RunCommand(session)),
                        Map.entry("serve", () -> new ServeCommand(session)),
                        Map.entry("console", () -> new ConsoleCommand(session)),
                        Map.entry("verify", () -> new VerifyCommand())));
        groups.put(
                "Operate",
                List.of(
                        Map.entry("get", () -> new GetCommand(session)),
                        Map.entry("explain", () -> new ExplainCommand(session)),
                        Map.entry("scale", () -> new MutationCommands.Scale(session)),
                        Map.entry("drain", () -> new MutationCommands.Drain(session)),
                        Map.entry("cordon", () -> new MutationCommands.Cordon(session)),
                        Map.entry("uncordon", () -> new MutationCommands.Uncordon(session)),
                        Map.entry("freeze", () -> new MutationCommands.Freeze(session)),
                        Map.entry("unfreeze", () -> new MutationCommands.Unfreeze(session)),
                        Map.entry("approve", () -> new MutationCommands.Approve(session)),
                        Map.entry("counts", () -> new CountsCommand(session)),
                        Map.entry("journal", () -> new JournalCommand(session)),
                        Map.entry("replay", () -> new ReplayCommand(session)),
                        Map.entry("chaos", () -> new ChaosCommand(session)),
                        Map.entry("join-token", () -> new TokenCommands.JoinToken(session)),
                        Map.entry("token", () -> new TokenCommands.Token(session)),
                        Map.entry("whoami", () -> new TokenCommands.WhoAmI(session))));
        groups.put("Policy", List.of(Map.entry("policy", () -> new PolicyCommand(session))));
        groups.put(
                "Study",
                List.of(
                        Map.entry("bench", () -> new BenchCommand(session)),
                        Map.entry("sim", () -> new SimCommand(session)),
                        Map.entry("forecast", () -> new ForecastCommand(session)),
                        Map.entry("loadgen", () -> new LoadgenCommand(session)),
                        Map.entry("model", () -> new ModelCommand(session))));
        return groups;
    }

    private static String listing(Help help, Map<String, List<String>> groups) {
        var text = new StringBuilder();
        groups.forEach((title, names) -> {
            text.append("%n%s%n".formatted(title));
            TextTable table =
                    TextTable.forColumns(
                            help.colorScheme(),
                            new Column(NAME_WIDTH, 2, Column.Overflow.SPAN),
                            new Column(HELP_WIDTH - NAME_WIDTH, 2, Column.Overflow.WRAP));
            for (String name : names) {
                Help command = help.subcommands().get(name);
                String[] lines =
                        command == null
                                ? new String[0]
                                : command.commandSpec().usageMessage().description();
                table.addRowValues(name, lines.length == 0 ? "" : lines[0]);
            }
            text.append(table);
        });
        return text.toString();
    }
}
