package dev.keelson.launcher.command;

import dev.keelson.launcher.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** Adds every command. */
    public static void addTo(CommandLine root, Session session) {
        var groups = new LinkedHashMap<String, List<String>>();
        group(
                root,
                groups,
                "Run",
                Map.entry("up", new UpCommand(session)),
                Map.entry("down", new DownCommand(session)),
                Map.entry("status", new StatusCommand(session)),
                Map.entry("logs", new LogsCommand(session)),
                Map.entry("run", new RunCommand(session)),
                Map.entry("serve", new ServeCommand(session)),
                Map.entry("console", new ConsoleCommand(session)),
                Map.entry("verify", new VerifyCommand()));
        group(
                root,
                groups,
                "Operate",
                Map.entry("get", new GetCommand(session)),
                Map.entry("explain", new ExplainCommand(session)),
                Map.entry("scale", new MutationCommands.Scale(session)),
                Map.entry("drain", new MutationCommands.Drain(session)),
                Map.entry("cordon", new MutationCommands.Cordon(session)),
                Map.entry("uncordon", new MutationCommands.Uncordon(session)),
                Map.entry("freeze", new MutationCommands.Freeze(session)),
                Map.entry("unfreeze", new MutationCommands.Unfreeze(session)),
                Map.entry("counts", new CountsCommand(session)),
                Map.entry("journal", new JournalCommand(session)),
                Map.entry("replay", new ReplayCommand(session)),
                Map.entry("chaos", new ChaosCommand(session)),
                Map.entry("join-token", new TokenCommands.JoinToken(session)),
                Map.entry("token", new TokenCommands.Token(session)),
                Map.entry("whoami", new TokenCommands.WhoAmI(session)));
        group(root, groups, "Policy", Map.entry("policy", new PolicyCommand(session)));
        group(
                root,
                groups,
                "Study",
                Map.entry("loadgen", new LoadgenCommand(session)),
                Map.entry("model", new ModelCommand(session)));
        root.addSubcommand("help", new HelpCommand(session));
        root.addSubcommand("prepare", new PrepareCommand(session));
        root.getHelpSectionMap()
                .put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> listing(help, groups));
    }

    @SafeVarargs
    private static void group(
            CommandLine root,
            Map<String, List<String>> groups,
            String title,
            Map.Entry<String, Object>... commands) {
        var names = new ArrayList<String>();
        for (Map.Entry<String, Object> command : commands) {
            root.addSubcommand(command.getKey(), command.getValue());
            names.add(command.getKey());
        }
        groups.put(title, names);
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
