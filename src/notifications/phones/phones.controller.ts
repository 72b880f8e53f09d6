import { Body, Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Caller, Fails, Requires } from '#libs/api';
import type { Principal } from '#libs/permissions';
import { PhoneResponse, SetPhoneRequest, toPhoneResponse, VerifyPhoneRequest } from './phones.dto.js';
import {
  invalidPhoneCode,
  smsNotConfigured,
  tooManyPhoneCodes,
  verifiedEmailRequired,
} from './phones.errors.js';
import { PhonesService } from './phones.service.js';
import { PhonesTag } from './phones.tag.js';

@PhonesTag()
@Requires()
@Controller({ path: 'users/me/phone', version: [...API_VERSIONS] })
export class PhonesController {
  constructor(private readonly phones: PhonesService) {}

  @Get()
  @ApiOperation({
    summary: 'Get your phone number',
    description: 'Returns the phone number that text messages are sent to.',
  })
  @ApiOkResponse({ type: PhoneResponse, description: 'Your phone number.' })
  async getMyPhone(@Caller() { userId }: Principal): Promise<PhoneResponse> {
    return toPhoneResponse(await this.phones.get(userId));
  }

  @Put()
  @ApiOperation({
    summary: 'Set your phone number',
    description:
      'Sends a code to a phone number, which is valid for ten minutes. The phone number is used once you have verified ' +
      'it with the code; until then, you keep the one that you have. Repeat the request to get another code: up to five ' +
      'within a day.',
  })
  @ApiOkResponse({
    type: PhoneResponse,
    description: 'Your phone number, and the one that is not verified yet.',
  })
  @Fails(smsNotConfigured, tooManyPhoneCodes, verifiedEmailRequired)
  async setMyPhone(
    @Caller() { userId }: Principal,
    @Body() { phoneNumber }: SetPhoneRequest,
  ): Promise<PhoneResponse> {
    return toPhoneResponse(await this.phones.set(userId, phoneNumber));
  }

  @Post('verify')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Verify your phone number',
    description:
      'Takes the code that was sent to it. From then on, text messages are sent to the phone number.',
  })
  @ApiOkResponse({ type: PhoneResponse, description: 'Your phone number.' })
  @Fails(invalidPhoneCode)
  async verifyMyPhone(
    @Caller() { userId }: Principal,
    @Body() { code }: VerifyPhoneRequest,
  ): Promise<PhoneResponse> {
    return toPhoneResponse(await this.phones.verify(userId, code));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove your phone number',
    description: 'You get no text messages any more.',
  })
  @ApiNoContentResponse({ description: 'You have no phone number any more.' })
  async removeMyPhone(@Caller() { userId }: Principal): Promise<void> {
    await this.phones.remove(userId);
  }
}
