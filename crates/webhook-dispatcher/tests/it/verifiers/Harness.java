import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

final class Harness {
    static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), java.nio.charset.StandardCharsets.UTF_8);
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t", -1);
            Map<String, String> headers = new HashMap<>();
            text(parts[2]).lines().map(h -> h.split(": ", 2)).forEach(h -> headers.put(h[0], h[1]));
            byte[] body = Base64.getDecoder().decode(parts[4]);
            System.out.println(parts[0].equals("standard")
                    ? Webhooks.verifyStandard(text(parts[1]), headers, body)
                    : Webhooks.verifyBody(text(parts[1]), text(parts[3]), body));
        }
    }
}
