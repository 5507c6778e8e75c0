package dev.keelson.serving.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptContinuationTest {
    private static final String FIRST =
            "{\"id\":\"cmpl-b\",\"object\":\"text_completion\",\"created\":9,\"model\":\"m\",\"choices\":[{\"index\":0,\"text\":\" t\\u00e9\",\"logprobs\":null,\"finish_reason\":null,\"stop_reason\":null,\"prompt_token_ids\":[5,6,7,8],\"token_ids\":[70]}]}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'temperature':0",
                "'temperature':0,'seed':7",
                "'temperature':0.7,'top_p':0.9,'top_k':5,'min_p':0.1,'repetition_penalty':1.2",
                "'stop':null,'tools':null,'user':'u','priority':3,'cache_salt':'s','ignore_eos':true",
                "'stream_options':{'include_usage':true,'continuous_usage_stats':false}"
            })
    void goesOnWithWhatDependsOnPromptAndAnswerAlike(String options) throws Exception {
        assertThat(PromptContinuation.obstacle(completion(options))).isNull();
        assertThat(PromptContinuation.obstacle(chat("'max_tokens':9," + options))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'seed':7|'seed'",
                "'seed':7,'temperature':0.5|'seed'",
                "'presence_penalty':0.5|penalties",
                "'frequency_penalty':-1|penalties",
                "'stop':['x']|'stop'",
                "'min_tokens':3|'min_tokens'",
                "'bad_words':['x']|'bad_words'",
                "'logit_bias':{'5':1}|'logit_bias'",
                "'response_format':{'type':'json_object'}|'response_format'",
                "'guided_regex':'a+'|'guided_regex'",
                "'skip_special_tokens':false|'skip_special_tokens'",
                "'stream_options':{'continuous_usage_stats':true}|'stream_options.continuous_usage_stats'"
            })
    void saysWhatStandsAgainstIt(String options, String why) throws Exception {
        assertThat(PromptContinuation.obstacle(completion(options))).contains(why);
        assertThat(PromptContinuation.obstacle(chat("'max_tokens':9," + options))).contains(why);
    }

    @Test
    void saysWhatStandsAgainstItAtOneEndpoint() throws Exception {
        assertThat(PromptContinuation.obstacle(completion("'logprobs':0"))).contains("logprobs");
        assertThat(PromptContinuation.obstacle(completion("'echo':true"))).contains("echoes");
        assertThat(PromptContinuation.obstacle(completion("'max_completion_tokens':5")))
                .contains("'max_completion_tokens'");
        assertThat(PromptContinuation.obstacle(chat("'max_completion_tokens':5"))).isNull();
        assertThat(PromptContinuation.obstacle(chat("'temperature':0"))).contains("context");
        assertThat(PromptContinuation.obstacle(chat("'max_tokens':9,'logprobs':true")))
                .contains("logprobs");
        assertThat(
                        PromptContinuation.obstacle(
                                chat("'max_tokens':9,'tools':[{'type':'function'}]")))
                .contains("'tools'");
    }

    @Test
    void asksForTheRestAndLeavesToTheEngineWhatTheClientLeft() throws Exception {
        String body = "'max_tokens':9,'temperature':0.70,'top_k':5,'user':'u','cache_salt':'s'";

        assertThat(text(rest(completion(body)).body(utf8(completionBody(body)))))
                .isEqualTo(
                        json(
                                "{'model':'m','temperature':0.7,'top_k':5,'cache_salt':'s','max_tokens':7,'stream':true,'stream_options':{'include_usage':false},'return_token_ids':true,'prompt':[5,6,7,8]}"));
        assertThat(
                        text(
                                rest(completion("'temperature':0"))
                                        .body(utf8(completionBody("'temperature':0")))))
                .as("the endpoint's own default, made explicit")
                .contains("\"max_tokens\":14");
    }

    @Test
    void tellsTheRestAsTheFirstResponse() throws Exception {
        assertThat(told(completion("'max_tokens':9"), FIRST))
                .containsExactly(
                        json(
                                "{'id':'cmpl-a','object':'text_completion','created':1,'model':'m','choices':[{'index':0,'text':' té','logprobs':null,'finish_reason':null,'token_ids':[70]}]}"));
        assertThat(
                        told(
                                chat("'max_tokens':9"),
                                FIRST,
                                "{\"id\":\"x\",\"choices\":[{\"text\":\"\",\"finish_reason\":\"stop\",\"token_ids\":[2]}]}",
                                "{\"id\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":4,\"total_tokens\":6,\"completion_tokens\":2}}",
                                "[DONE]"))
                .containsExactly(
                        json(
                                "{'id':'cmpl-a','object':'chat.completion.chunk','created':1,'model':'m','choices':[{'index':0,'delta':{'content':' té'},'logprobs':null,'finish_reason':null,'token_ids':[70]}]}"),
                        json(
                                "{'id':'cmpl-a','object':'chat.completion.chunk','created':1,'model':'m','choices':[{'index':0,'delta':{},'logprobs':null,'finish_reason':'stop','token_ids':[2]}]}"),
                        json(
                                "{'id':'cmpl-a','object':'chat.completion.chunk','created':1,'model':'m','choices':[],'usage':{'prompt_tokens':2,'completion_tokens':4,'total_tokens':6}}"),
                        "[DONE]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'choices':[{'text':'x','token_ids':[70]}]}",
                "{'choices':[{'text':'x','token_ids':[70],'prompt_token_ids':[5,6,7]}]}",
                "{'choices':[{'text':'x','token_ids':[70],'prompt_token_ids':[5,6,7,9]}]}",
                "{'choices':[{'delta':{'content':'x'},'token_ids':[70],'prompt_token_ids':[5,6,7,8]}]}",
                "{'prompt_token_ids':[5,6,7,8]"
            })
    void believesNoEngineThatDoesNotRepeatTheTokensOrAnswersSomethingElse(String chunk)
            throws Exception {
        assertThat(told(completion("'max_tokens':9"), json(chunk)))
                .singleElement()
                .asString()
                .contains("\"error\":{", "upstream_failed");
    }

    private static List<String> told(OpenAiRequest asked, String... events) {
        List<String> told = new ArrayList<>();
        SseReader.Sink sink =
                rest(asked)
                        .into((data, from, to) ->
                                told.add(
                                        new String(data, from, to - from, StandardCharsets.UTF_8)));
        for (String event : events) {
            byte[] bytes = utf8("data: " + event);
            sink.event(bytes, 6, bytes.length);
        }
        return told;
    }

    private static PromptContinuation rest(OpenAiRequest asked) {
        return new PromptContinuation(
                asked,
                new OpenAiResponses.Header("cmpl-a", 1, "m"),
                new int[] {5, 6},
                new int[] {7, 8});
    }

    private static OpenAiRequest completion(String options) throws InvalidRequestException {
        return OpenAiRequests.completion(utf8(completionBody(options)));
    }

    private static String completionBody(String options) {
        return json("{'model':'m','prompt':'p','stream':true," + options + "}");
    }

    private static OpenAiRequest chat(String options) throws InvalidRequestException {
        return OpenAiRequests.chat(
                utf8(
                        json(
                                "{'model':'m','messages':[{'role':'user','content':'p'}],'stream':true,"
                                        + options
                                        + "}")));
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
