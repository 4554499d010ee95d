{{/* Files of the gateway that are loaded again when they change, as the data of a ConfigMap. Empty: none. */}}
{{- define "sluice.gatewayFiles" -}}
{{- $app := .Values.gateway }}
{{- if $app.directory.enabled }}
endpoints: |
  {{- range $number := until (include "sluice.replicas" (dict "root" . "component" "gateway") | int) }}
  {{ $app.directory.url | replace "%d" (toString $number) }}
  {{- end }}
{{- end }}
{{- if $app.sources }}
sources.json: |
  {{ toJson $app.sources }}
{{- end }}
{{- end }}
