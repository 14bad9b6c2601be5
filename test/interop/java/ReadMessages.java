import java.nio.file.Path;

/** Echoes messages of the protocol; see MessageEcho. Arguments: input file, output file. */
public final class ReadMessages {
  public static void main(String[] arguments) throws Exception {
    MessageEcho echo = new MessageEcho((type, form) -> form.equals("data") ? VersionedForm.instance : MessageForm.plain);
    echo.run(Path.of(arguments[0]), arguments[1]);
  }
}
